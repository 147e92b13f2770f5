import { Link } from '@tanstack/react-router';
import { number, span, timeOfDay } from '../format.js';
import { Badge } from '../ui/badge.js';
import { BudgetMeter } from '../ui/budget.js';
import { Card } from '../ui/card.js';
import { Empty } from '../ui/states.js';
import { Cell, Table } from '../ui/table.js';
import type { Budgets, Report } from './operations.js';

const NODE_COLUMNS = [
  { label: 'Node' }, { label: 'Connections', numeric: true }, { label: 'Since its start', numeric: true, wide: true }, { label: 'Messages sent', numeric: true },
  { label: 'Runs', numeric: true, wide: true }, { label: 'Rooms', numeric: true, wide: true },
];

export function Nodes({ of }: { readonly of: Report['nodes'] }) {
  return (
    <Card title="Nodes">
      <Table caption="Nodes" columns={NODE_COLUMNS}>
        {of.map(({ node, here, connections, connections_since_start: all, messages_sent: sent, runs_running: runs, rooms }) => (
          <tr key={node} data-node={node}>
            <Cell><span className="font-mono text-xs">{node}</span> {here && <Badge>says this</Badge>}</Cell>
            <Cell numeric>{number(connections, 0)}</Cell><Cell numeric wide>{number(all, 0)}</Cell><Cell numeric>{number(sent, 0)}</Cell>
            <Cell numeric wide>{number(runs, 0)}</Cell><Cell numeric wide>{number(rooms, 0)}</Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

/** Older than this and still open, a price deserves a look. */
const OLD_MS = 15_000;

export function Feeds({ of }: { readonly of: Report['feeds'] }) {
  return (
    <Card title="Feed ages">
      <Table caption="Feed ages" columns={[{ label: 'Symbol' }, { label: 'Source' }, { label: 'Last price', numeric: true, wide: true }, { label: 'Age', numeric: true }]}>
        {of.map(({ symbol, source, last_price_at: at, age_ms: age }) => (
          <tr key={symbol}>
            <Cell><Link to="/symbols/$symbol" params={{ symbol }} className="font-medium text-accent underline-offset-2 hover:underline">{symbol}</Link></Cell>
            <Cell>{source === 'simulated' ? <Badge tone="warn">SIMULATED</Badge> : source}</Cell>
            <Cell numeric wide>{at === null ? 'none yet' : timeOfDay(at)}</Cell>
            <Cell numeric className={age !== null && age > OLD_MS ? 'font-semibold text-warn' : ''}>{age === null ? '–' : span(age)}</Cell>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

export function Rooms({ of }: { readonly of: Report['rooms'] }) {
  return (
    <Card title="Rooms" aside={<span className="text-xs text-muted">{number(of.length, 0)}</span>}>
      {of.length === 0 ? <Empty title="Nobody is in any room." /> : (
        <div className="max-h-80 overflow-y-auto" tabIndex={0} role="region" aria-label="Rooms and members">
          <Table caption="Rooms" columns={[{ label: 'Room' }, { label: 'Members', numeric: true }]}>
            {of.map(({ room, members }) => <tr key={room}><Cell className="break-all">{room}</Cell><Cell numeric>{number(members, 0)}</Cell></tr>)}
          </Table>
        </div>
      )}
    </Card>
  );
}

export function BudgetCard({ of }: { readonly of: Budgets | null }) {
  const parts = of && [...of.symbols.map(({ symbol, ...budget }) => ({ label: symbol, ...budget })), ...of.requesters.map(({ requester, ...budget }) => ({ label: requester, ...budget }))];
  return (
    <Card title="Budgets of today" aside={of && <span className="text-xs text-muted">{of.date}, UTC</span>}>
      {of === null || parts === null ? <Empty title="They cannot be read now." /> : (
        <div className="space-y-3 p-3">
          <BudgetMeter label="All models" spent={of.day.spent} limit={of.day.limit} />
          {parts.length === 0 ? <p className="text-sm text-muted">No model was asked today.</p> : parts.map(({ label, spent, limit }) => <BudgetMeter key={label} label={label} spent={spent} limit={limit} />)}
        </div>
      )}
    </Card>
  );
}
