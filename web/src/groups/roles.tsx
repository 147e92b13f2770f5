import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { queryClient, send } from '../api.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { ErrorNote, Loading } from '../ui/states.js';
import { Confirm } from './confirm.js';
import { flawsOf } from './flaws.js';
import { groupsChanged, rolesQuery } from './queries.js';
import type { Role } from './shapes.js';
import { TextArea } from './text-area.js';
import { useListed } from './use-listed.js';

const FIELDS = ['role', 'title', 'prompt'];

function changed(): void {
  void queryClient.invalidateQueries({ queryKey: rolesQuery.queryKey });
  groupsChanged(); // their members' prompts are a role's
}

/** Makes a role of one's own, or changes it: groups with members in it are told. */
function RoleForm({ role, onClose }: { readonly role?: Role; readonly onClose: () => void }) {
  const id = useId();
  const saving = useMutation({
    mutationFn: (body: Record<string, unknown>) => (role ? send('PATCH', `/api/roles/${role.role}`, body) : send('POST', '/api/roles', body)),
    onSuccess: () => {
      changed();
      onClose();
    },
  });
  const { at, rest } = flawsOf(saving.error);
  const other = rest(FIELDS);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    saving.mutate(Object.fromEntries(new FormData(event.currentTarget)));
  };
  return (
    <Dialog title={role ? `Change ${role.title}` : 'New role'} onClose={onClose} actions={<Button type="submit" form={id} look="primary" busy={saving.isPending}>{role ? 'Save' : 'Make the role'}</Button>}>
      <form id={id} noValidate onSubmit={submit} className="space-y-3">
        {!role && <Field label="Name" name="role" autoFocus autoComplete="off" placeholder="macro_analyst" error={at('role')} hint="In small letters, for programs" />}
        <Field label="Title" name="title" defaultValue={role?.title} placeholder="Macro analyst" error={at('title')} />
        <TextArea label="Prompt" name="prompt" rows={9} defaultValue={role?.prompt} error={at('prompt')} hint="What a model is told that it is there for. Members without a model abstain in a role of your own." />
        {other && <ErrorNote error={other} />}
      </form>
    </Dialog>
  );
}

/** What members are there for, and how a model is told. */
export function Roles() {
  const { data: roles, error, refetch } = useListed('role', rolesQuery);
  const [open, setOpen] = useState<{ readonly what: 'form' | 'delete'; readonly role?: Role } | null>(null);
  if (error) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!roles) return <Loading what="Loading the roles" />;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
        <p className="min-w-0 flex-1 text-sm text-muted">A member has a role, and a role has the prompt that a model is given.</p>
        <Button look="primary" onClick={() => setOpen({ what: 'form' })}>New role</Button>
      </div>
      <ul aria-label="Roles" className="divide-y divide-line/60">
        {roles.map((role) => (
          <li key={role.role} data-role-name={role.role} className="px-3 py-2.5">
            <div className="flex flex-wrap items-center gap-2">
              <h3 className="font-medium">{role.title}</h3>
              <code className="font-mono text-xs text-muted">{role.role}</code>
              {role.built_in && <Badge title="It stays as it is">built in</Badge>}
              {!role.built_in && (
                <span className="ml-auto flex gap-1">
                  <Button look="quiet" aria-label={`Edit ${role.title}`} onClick={() => setOpen({ what: 'form', role })}>Edit</Button>
                  <Button look="quiet" aria-label={`Delete ${role.title}`} onClick={() => setOpen({ what: 'delete', role })}>Delete</Button>
                </span>
              )}
            </div>
            <details className="mt-1 max-w-4xl text-sm text-muted">
              <summary className="w-fit">Prompt</summary>
              <p className="mt-1 whitespace-pre-line">{role.prompt}</p>
            </details>
          </li>
        ))}
      </ul>
      {open?.what === 'form' && <RoleForm {...(open.role && { role: open.role })} onClose={() => setOpen(null)} />}
      {open?.what === 'delete' && open.role && (
        <Confirm title={`Delete the role ${open.role.title}?`} word="Delete the role" onClose={() => setOpen(null)} act={async () => { await send('DELETE', `/api/roles/${open.role!.role}`); changed(); }}>
          <p>It can be deleted while no member has it.</p>
        </Confirm>
      )}
    </>
  );
}
