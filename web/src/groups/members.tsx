import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { send } from '../api.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field, Select } from '../ui/field.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Confirm } from './confirm.js';
import { flawsOf } from './flaws.js';
import { groupsChanged, membersQuery, rolesQuery } from './queries.js';
import type { Group, Member } from './shapes.js';
import { TextArea } from './text-area.js';

const FIELDS = ['name', 'role', 'provider', 'model', 'system_prompt'];

function MemberForm({ group, member, onClose }: { readonly group: Group; readonly member?: Member; readonly onClose: () => void }) {
  const id = useId();
  const { data: roles = [] } = useQuery(rolesQuery);
  const [role, setRole] = useState(member?.role ?? (group.missing[0] ?? 'technical_analyst'));
  const path = `/api/groups/${group.group_id}/members`;
  const saving = useMutation({
    mutationFn: (body: object) => (member ? send('PATCH', `${path}/${member.member_id}`, body) : send('POST', path, body)),
    onSuccess: () => {
      groupsChanged();
      onClose();
    },
  });
  const { at, rest } = flawsOf(saving.error);
  const other = rest(FIELDS);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string | null => String(form.get(name) ?? '').trim() || null; // null gives it up
    saving.mutate({ name: String(form.get('name')).trim(), role, provider: text('provider'), model: text('model'), system_prompt: text('system_prompt') });
  };
  return (
    <Dialog title={member ? `Change ${member.name}` : `New member of ${group.name}`} onClose={onClose} actions={<Button type="submit" form={id} look="primary" busy={saving.isPending}>{member ? 'Save' : 'Add the member'}</Button>}>
      <form id={id} noValidate onSubmit={submit} className="space-y-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" name="name" autoFocus autoComplete="off" defaultValue={member?.name} error={at('name')} />
          <Select label="Role" value={role} onChange={(event) => setRole(event.target.value)} error={at('role')}>
            {!roles.some((each) => each.role === role) && <option value={role}>{role}</option>}
            {roles.map((each) => <option key={each.role} value={each.role}>{each.title}</option>)}
          </Select>
          <Field label="Provider" name="provider" defaultValue={member?.provider ?? ''} placeholder="openai" error={at('provider')} />
          <Field label="Model" name="model" defaultValue={member?.model ?? ''} error={at('model')} hint="Without one: rules, or what the group’s program has" />
        </div>
        <TextArea label="Prompt of its own" name="system_prompt" rows={6} defaultValue={member?.own_prompt === true ? member.system_prompt : ''} placeholder={roles.find((each) => each.role === role)?.prompt} error={at('system_prompt')} hint="Empty: the role’s, which stands here in grey" />
        {other && <ErrorNote error={other} />}
      </form>
    </Dialog>
  );
}

/** Who sits in a group. */
export function Members({ group }: { readonly group: Group }) {
  const { data: members, error, refetch } = useQuery(membersQuery(group.group_id));
  const { data: roles = [] } = useQuery(rolesQuery);
  const [open, setOpen] = useState<{ readonly what: 'form' | 'remove'; readonly member?: Member } | null>(null);
  const titleOf = (role: string): string => roles.find((each) => each.role === role)?.title ?? role;
  const close = (): void => setOpen(null);
  return (
    <section aria-labelledby="members" className="panel min-w-0">
      <div className="flex items-center justify-between gap-2 border-b border-line px-3 py-1.5">
        <h2 id="members" className="eyebrow">Members</h2>
        <Button onClick={() => setOpen({ what: 'form' })}>Add member</Button>
      </div>
      {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {!members && !error && <Loading what="Loading the members" />}
      {members?.length === 0 && <Empty title="Nobody sits here.">A group needs a leader, who decides.</Empty>}
      <ul aria-label="Members" className="divide-y divide-line/60">
        {members?.map((member) => (
          <li key={member.member_id} data-member={member.name} className="flex flex-wrap items-center gap-x-2 gap-y-0.5 px-3 py-1.5">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{member.name}{member.own_prompt === true && <span className="ml-2"><Badge title="It has a prompt of its own">own prompt</Badge></span>}</p>
              <p className="text-xs break-words text-muted">{[...(titleOf(member.role) === member.name ? [] : [titleOf(member.role)]), member.model ?? 'rules, or the program’s model', ...(member.provider === null ? [] : [member.provider])].join(' · ')}</p>
            </div>
            <Button look="quiet" aria-label={`Edit ${member.name}`} onClick={() => setOpen({ what: 'form', member })}>Edit</Button>
            <Button look="quiet" aria-label={`Remove ${member.name}`} onClick={() => setOpen({ what: 'remove', member })}>✕</Button>
          </li>
        ))}
      </ul>
      {open?.what === 'form' && <MemberForm group={group} {...(open.member && { member: open.member })} onClose={close} />}
      {open?.what === 'remove' && open.member && (
        <Confirm title={`Remove ${open.member.name}?`} word="Remove the member" onClose={close} act={async () => { await send('DELETE', `/api/groups/${group.group_id}/members/${open.member!.member_id}`); groupsChanged(); }}>
          <p>The group is told at once.{open.member.role === 'group_leader' && ' Without a leader it discusses nothing.'}</p>
        </Confirm>
      )}
    </section>
  );
}
