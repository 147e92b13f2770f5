import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { number } from '../format.js';
import { useRoom } from '../live.js';
import { LiveMark } from '../trading/live-mark.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Cell, Table } from '../ui/table.js';
import { roleWords } from './opinion.js';
import { Presence } from './presence.js';
import { groupsQuery } from './queries.js';
import { GroupForm } from './group-form.js';
import type { Group } from './shapes.js';
import { GroupToken } from './shown-once.js';
import { useListed } from './use-listed.js';
import { useQuiet, useSoon } from './use-soon.js';

const COLUMNS = [
  { label: 'Group' }, { label: 'Connection' }, { label: 'Symbol', wide: true }, { label: 'Positions', wide: true }, { label: 'Leverage', numeric: true, wide: true },
  { label: 'Margin', numeric: true, wide: true }, { label: 'Account', wide: true }, { label: 'Backlog', numeric: true },
];
/** A group that settles nothing by itself has settled after two seconds. */
const SETTLED_MS = 2_500;

function Row({ group, onNews }: { readonly group: Group; readonly onNews: () => void }) {
  useRoom(`group:${group.group_id}`, { group_status: onNews, group_event: onNews, group_discussion: onNews, group_order: onNews });
  const { group_id: id, name, symbol, interval, position_mode: mode, leverage, margin_usd: margin, account_id: account, backlog, missing } = group;
  return (
    <tr data-group={name}>
      <Cell>
        <Link to="/groups/$id" params={{ id }} className="font-medium break-all text-accent hover:underline">{name}</Link>
        <div className="text-xs text-muted sm:hidden">{symbol} · {leverage}× · {number(margin)} <LiveMark account={account} /></div>
        {missing.length > 0 && <div className="text-xs text-warn">has no {missing.map(roleWords).join(', ')}</div>}
      </Cell>
      <Cell><Presence group={group} /></Cell>
      <Cell wide className="whitespace-nowrap">{symbol} <span className="text-xs text-muted">{interval}</span></Cell>
      <Cell wide>{mode === 'hedge' ? <Badge title="A long and a short leg">hedge</Badge> : 'one way'}</Cell>
      <Cell numeric wide>{number(leverage, 0)}×</Cell>
      <Cell numeric wide>{number(margin)}</Cell>
      <Cell wide className="break-all">{account} <LiveMark account={account} /></Cell>
      <Cell numeric><span title="Events that it has not settled">{number(backlog, 0)}</span></Cell>
    </tr>
  );
}

/** What a group is, for who has none. */
const Beginning = ({ onMake }: { readonly onMake: () => void }) => (
  <Empty title="No trading group yet.">
    <div className="mx-auto max-w-xl space-y-3 text-left">
      <p>A group is a program of yours, or the one that comes with Conclave, that hears what happens to a symbol, has its members discuss it, and sends orders. Conclave keeps what they said, holds each order against its risk gates, and remembers what came of it.</p>
      <ol className="list-decimal space-y-1 pl-5">
        <li>Make a group: a name and a symbol are enough. It gets a paper account and five members.</li>
        <li>Take its token, which is shown once, and run <code className="font-mono text-xs">npx conclave group --token … --dry-run</code>.</li>
        <li>Send it a test event, or make a trigger that tells it when the price moves.</li>
      </ol>
      <div className="text-center"><Button look="primary" onClick={onMake}>Make a group</Button></div>
    </div>
  </Empty>
);

export function GroupList() {
  const { data: groups, error, refetch } = useListed('group', groupsQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ readonly name: string; readonly token: string } | null>(null);
  const soon = useSoon(() => void refetch(), 150);
  const later = useQuiet(() => void refetch(), SETTLED_MS);
  const news = (): void => {
    soon();
    later();
  };
  return (
    <>
      {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {!groups && !error && <Loading what="Loading the groups" />}
      {groups?.length === 0 && <Beginning onMake={() => setMaking(true)} />}
      {groups && groups.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
            <p className="text-sm text-muted">{groups.filter(({ connected }) => connected).length} of {groups.length} connected</p>
            <Button look="primary" onClick={() => setMaking(true)}>New group</Button>
          </div>
          <Table caption="Trading groups" columns={COLUMNS}>
            {groups.map((group) => <Row key={group.group_id} group={group} onNews={news} />)}
          </Table>
        </>
      )}
      {making && <GroupForm onClose={() => setMaking(false)} onMade={(group) => { setMaking(false); setMade(group); }} />}
      {made && <GroupToken {...made} onClose={() => setMade(null)} />}
    </>
  );
}
