import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { send } from '../api.js';
import { dayTime, number } from '../format.js';
import { notify } from '../notices.js';
import { LiveMark } from '../trading/live-mark.js';
import { Button } from '../ui/button.js';
import { Stat } from '../ui/stat.js';
import { Confirm } from './confirm.js';
import { GroupForm } from './group-form.js';
import { roleWords } from './opinion.js';
import { Presence } from './presence.js';
import { groupsChanged } from './queries.js';
import type { Group } from './shapes.js';
import { GroupToken } from './shown-once.js';
import { TestEvent } from './test-event.js';

type Opened = 'test' | 'edit' | 'rotate' | 'revoke' | 'delete';

/** What a group is and how it stands, and what can be done with it. */
export function GroupHeader({ group }: { readonly group: Group }) {
  const { group_id: id, name, symbol, interval, position_mode: mode, leverage, margin_usd: margin, account_id: account, backlog, missing, connected, has_token: hasToken, last_decision_at: decided } = group;
  const navigate = useNavigate();
  const [opened, setOpened] = useState<Opened | null>(null);
  const [token, setToken] = useState<string | null>(null);
  const close = (): void => setOpened(null);
  const rotate = async (): Promise<void> => {
    setToken((await send<{ readonly token: string }>('POST', `/api/groups/${id}/token`)).token);
    groupsChanged();
  };
  const remove = async (): Promise<void> => {
    const { note, open_positions: open } = await send<{ readonly note: string; readonly open_positions: readonly unknown[] }>('DELETE', `/api/groups/${id}`);
    notify({ id: `deleted:${id}`, level: open.length > 0 ? 'warn' : 'info', text: `${name} is deleted. ${note}.` });
    await navigate({ to: '/groups' });
  };
  return (
    <section aria-labelledby="group" className="panel p-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0">
          <nav aria-label="Up" className="text-xs"><Link to="/groups" className="text-muted hover:text-text hover:underline">← Groups</Link></nav>
          <h1 id="group" className="text-lg font-bold break-all">{name}</h1>
        </div>
        <span role="status" className="self-end pb-0.5"><Presence group={group} /></span>
        <div className="ml-auto flex flex-wrap gap-1.5 max-sm:grid max-sm:w-full max-sm:grid-cols-2">
          <Button look="primary" className="max-sm:col-span-2" onClick={() => setOpened('test')}>Test event</Button>
          <Button onClick={() => setOpened('edit')}>Edit</Button>
          <Button onClick={() => setOpened('rotate')}>New token</Button>
          <Button disabled={!hasToken} onClick={() => setOpened('revoke')}>Revoke token</Button>
          <Button look="danger" onClick={() => setOpened('delete')}>Delete</Button>
        </div>
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 sm:flex sm:flex-wrap">
        <Stat label="Symbol"><Link to="/symbols/$symbol" params={{ symbol }} className="hover:underline">{symbol}</Link> <span className="text-xs font-normal text-muted">{interval}</span></Stat>
        <Stat label="Positions">{mode === 'hedge' ? 'Hedge' : 'One way'}</Stat>
        <Stat label="Leverage">{number(leverage, 0)}×</Stat>
        <Stat label="Margin of a trade">{number(margin)}</Stat>
        <Stat label="Account"><span className="break-all">{account}</span> <LiveMark account={account} /></Stat>
        <Stat label="Backlog"><span title="Events that it has not settled">{number(backlog, 0)}</span></Stat>
        <Stat label="Last trade sent">{decided == null ? '–' : dayTime(decided)}</Stat>
      </dl>
      {missing.length > 0 && <p className="mt-2 rounded-md border border-warn/40 bg-warn-ground px-2.5 py-1.5 text-sm text-warn">The runner discusses nothing until a member is the {missing.map(roleWords).join(', ')}.</p>}
      {hasToken && !connected && <p className="mt-2 text-sm text-muted">Nobody is there. Run <code className="font-mono text-xs">npx conclave group --token …</code> with its token, or make a new one where it is lost. Events wait meanwhile.</p>}
      {!hasToken && <p className="mt-2 rounded-md border border-warn/40 bg-warn-ground px-2.5 py-1.5 text-sm text-warn">Nobody can connect: its token was revoked. Make a new one.</p>}
      {opened === 'test' && <TestEvent group={group} onClose={close} />}
      {opened === 'edit' && <GroupForm group={group} onClose={close} />}
      {opened === 'rotate' && <Confirm title={`A new token for ${name}?`} word="Make a new token" onClose={close} act={rotate}><p>{hasToken ? 'The old one dies at once: whoever is connected with it is sent away.' : 'It has none now. The new one is shown once.'}</p></Confirm>}
      {opened === 'revoke' && <Confirm title={`Revoke the token of ${name}?`} word="Revoke the token" onClose={close} act={async () => { await send('DELETE', `/api/groups/${id}/token`); groupsChanged(); }}><p>Whoever is connected is sent away at once, and nobody connects until there is a new one. Events wait.</p></Confirm>}
      {opened === 'delete' && <Confirm title={`Delete ${name}?`} word="Delete the group" onClose={close} act={remove}><p>Its token dies at once. Its account {account} stays, with what is open there: nobody closes that but you.</p></Confirm>}
      {token !== null && <GroupToken name={name} token={token} onClose={() => setToken(null)} />}
    </section>
  );
}
