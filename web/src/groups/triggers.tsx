import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient, send } from '../api.js';
import { dayTime, fullTime } from '../format.js';
import { useRoom } from '../live.js';
import { notify } from '../notices.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Cell, Table } from '../ui/table.js';
import { Confirm } from './confirm.js';
import { groupsQuery, triggersQuery } from './queries.js';
import type { Trigger } from './shapes.js';
import { TriggerCredential } from './shown-once.js';
import { configWords, KIND_WORDS } from './trigger-fields.js';
import { TriggerForm, type MadeTrigger } from './trigger-form.js';
import { useListed } from './use-listed.js';
import { useSoon } from './use-soon.js';

const COLUMNS = [{ label: 'Trigger' }, { label: 'When', wide: true }, { label: 'Tells', wide: true }, { label: 'Last event', wide: true }, { label: 'Change', hidden: true }];

const changed = (): void => void queryClient.invalidateQueries({ queryKey: triggersQuery.queryKey });
const failed = (trigger: Trigger) => (error: Error): void => notify({ id: `trigger:${trigger.trigger_id}`, level: 'error', text: `${trigger.name}: ${error.message}` });

function State({ trigger: { enabled, connected, last_error: error } }: { readonly trigger: Trigger }) {
  if (!enabled) return <Badge>off</Badge>;
  if (error !== null) return <Badge tone="warn">fails</Badge>;
  if (connected === false) return <Badge>away</Badge>;
  return <Badge tone="buy">{connected === true ? 'connected' : 'on'}</Badge>;
}

type Opened = { readonly what: 'form' | 'delete' | 'token'; readonly trigger?: Trigger } | null;

function Row({ trigger, onOpen }: { readonly trigger: Trigger; readonly onOpen: (opened: Opened) => void }) {
  const { trigger_id: id, name, kind, config, enabled, last_event_at: at, last_error: error } = trigger;
  const switching = useMutation({ mutationFn: () => send('PATCH', `/api/triggers/${id}`, { enabled: !enabled }), onSuccess: changed, onError: failed(trigger) });
  return (
    <tr data-trigger={name}>
      <Cell>
        <div className="flex flex-wrap items-center gap-2"><span className="font-medium break-all">{name}</span><State trigger={trigger} /></div>
        <div className="text-xs text-muted">{KIND_WORDS[kind].label}<span className="sm:hidden"> · {configWords(kind, config)}{at !== null && ` · last event ${dayTime(at)}`}</span></div>
        {error !== null && <div className="mt-0.5 max-w-lg text-xs break-words text-sell">{error}</div>}
      </Cell>
      <Cell wide className="max-w-xs break-words">{configWords(kind, config)}</Cell>
      <Cell wide className="break-all">{config.targets.join(', ') || '–'}</Cell>
      <Cell wide className="whitespace-nowrap text-muted">{at === null ? 'none yet' : <time dateTime={at} title={fullTime(at)}>{dayTime(at)}</time>}</Cell>
      <Cell className="text-right">
        <div className="flex flex-wrap justify-end gap-1">
          <Button busy={switching.isPending} onClick={() => switching.mutate()} aria-label={`${enabled ? 'Disable' : 'Enable'} ${name}`}>{enabled ? 'Disable' : 'Enable'}</Button>
          <Button look="quiet" aria-label={`Edit ${name}`} onClick={() => onOpen({ what: 'form', trigger })}>Edit</Button>
          {(kind === 'webhook' || kind === 'external') && <Button look="quiet" aria-label={`${kind === 'webhook' ? 'Secret' : 'Token'} of ${name} anew`} onClick={() => onOpen({ what: 'token', trigger })}>{kind === 'webhook' ? 'Secret' : 'Token'}</Button>}
          <Button look="quiet" aria-label={`Delete ${name}`} onClick={() => onOpen({ what: 'delete', trigger })}>Delete</Button>
        </div>
      </Cell>
    </tr>
  );
}

/** Hears the events of a group: its trigger has had one. */
function Heard({ group, onNews }: { readonly group: string; readonly onNews: () => void }) {
  useRoom(`group:${group}`, { group_event: onNews });
  return null;
}

interface Props {
  /** Only those that tell this group. */
  readonly target?: string;
  readonly symbol?: string;
}

export function Triggers({ target, symbol }: Props) {
  const { data, error, refetch } = useListed('trigger', triggersQuery);
  const { data: groups = [] } = useListed('group', groupsQuery);
  const [opened, setOpened] = useState<Opened>(null);
  const [made, setMade] = useState<MadeTrigger | null>(null);
  const soon = useSoon(() => void refetch(), 400);
  const shown = data?.filter(({ config }) => target === undefined || config.targets.includes(target));
  const told = new Set(shown?.flatMap(({ config }) => config.targets));
  const close = (): void => setOpened(null);
  const renew = async ({ trigger_id: id, ...trigger }: Trigger): Promise<void> => setMade({ ...trigger, ...(await send<MadeTrigger>('POST', `/api/triggers/${id}/token`)) });
  return (
    <>
      {groups.filter(({ name }) => told.has(name)).map(({ group_id: id }) => <Heard key={id} group={id} onNews={soon} />)}
      {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {!shown && !error && <Loading what="Loading the triggers" />}
      {shown && (
        <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
          <p className="min-w-0 flex-1 text-sm text-muted">A trigger makes events{target === undefined ? ' and sends them to groups' : ` for ${target}`}.</p>
          <Button look={shown.length === 0 ? 'primary' : 'plain'} onClick={() => setOpened({ what: 'form' })}>New trigger</Button>
        </div>
      )}
      {shown?.length === 0 && <Empty title="No trigger yet.">A price that moves, an indicator, a signal of the panel, a time, a news feed, a webhook, or a program of yours: each can tell a group to look.</Empty>}
      {shown && shown.length > 0 && <Table caption="Triggers" columns={COLUMNS}>{shown.map((trigger) => <Row key={trigger.trigger_id} trigger={trigger} onOpen={setOpened} />)}</Table>}
      {opened?.what === 'form' && (
        <TriggerForm
          {...(opened.trigger && { trigger: opened.trigger })} {...(target !== undefined && { targets: [target] })} {...(symbol !== undefined && { symbol })}
          onClose={close} onMade={(trigger) => (trigger.token ?? trigger.secret) !== undefined && setMade(trigger)}
        />
      )}
      {opened?.what === 'delete' && opened.trigger && (
        <Confirm title={`Delete the trigger ${opened.trigger.name}?`} word="Delete the trigger" onClose={close} act={async () => { await send('DELETE', `/api/triggers/${opened.trigger!.trigger_id}`); changed(); }}>
          <p>It makes no more events. Those that it has made stay.</p>
        </Confirm>
      )}
      {opened?.what === 'token' && opened.trigger && (
        <Confirm title={`Renew what lets ${opened.trigger.name} in?`} word="Make a new one" onClose={close} act={() => renew(opened.trigger!)}>
          <p>The old one dies at once.</p>
        </Confirm>
      )}
      {made && <TriggerCredential name={made.name} {...(made.token !== undefined && { token: made.token })} {...(made.secret !== undefined && { secret: made.secret })} {...(made.path !== undefined && { path: made.path })} onClose={() => setMade(null)} />}
    </>
  );
}
