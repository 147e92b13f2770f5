import { Link } from '@tanstack/react-router';
import { percent } from '../../format.js';
import { Button } from '../../ui/button.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Cell, Table } from '../../ui/table.js';
import { LiveMark } from '../live-mark.js';
import { Moment, priced, quantity, Refusal, SideBadge, StatusBadge } from '../parts.js';
import type { Decision } from '../types.js';
import type { Listed } from './use-lists.js';

const COLUMNS = [
  { label: 'Time' }, { label: 'Symbol' }, { label: 'Wanted' }, { label: 'Account', wide: true }, { label: 'By', wide: true }, { label: 'Confidence', numeric: true, wide: true },
  { label: 'Came to' }, { label: 'Why', wide: true },
];
const ORIGINS: Readonly<Record<string, string>> = { signal: 'a signal', agent: 'an agent', strategy: 'a strategy', group: 'a group', person: 'a person' };

/** Nobody decides when a position's own stop or target is reached: the server closes it. */
const EXITS: Readonly<Record<string, string>> = { stop: 'its stop', target: 'its target', horizon: 'its time' };

function byWords({ origin, origin_id: id }: Decision): string {
  const exit = origin === 'person' || origin === 'strategy' ? EXITS[id ?? ''] : undefined;
  return exit ?? ORIGINS[origin ?? ''] ?? origin ?? '–';
}

/** What was wanted and what became of it; refusals with their gate. */
export function DecisionList({ list: { items, error, again, more, loadingMore } }: { readonly list: Listed<Decision> }) {
  if (error) return <div className="p-3"><ErrorNote error={error} again={again} /></div>;
  if (!items) return <Loading what="Loading the decisions" />;
  if (items.length === 0) return <Empty title="No decision yet.">Signals, agents, strategies and groups decide; each of their decisions is listed here, refusals too.</Empty>;
  return (
    <>
      <Table caption="Decisions, newest first" columns={COLUMNS}>{items.map((decision) => <Row key={decision.decision_id} decision={decision} />)}</Table>
      {more && <div className="border-t border-line p-2 text-center"><Button busy={loadingMore} onClick={more}>Earlier decisions</Button></div>}
    </>
  );
}

function Row({ decision }: { readonly decision: Decision }) {
  const { decision_id: id, timestamp, symbol, intent, account_id: account, confidence, status, gate, reason } = decision;
  return (
    <tr data-decision={id}>
      <Cell className="whitespace-nowrap text-muted"><Moment at={timestamp} /></Cell>
      <Cell><Link to="/symbols/$symbol" params={{ symbol }} className="font-semibold hover:text-accent hover:underline">{symbol}</Link></Cell>
      <Cell className="whitespace-nowrap"><Wanted intent={intent} /></Cell>
      <Cell wide className="whitespace-nowrap text-muted">{account}</Cell>
      <Cell wide className="whitespace-nowrap text-muted">{byWords(decision)}</Cell>
      <Cell numeric wide>{percent(confidence)}</Cell>
      <Cell className="sm:min-w-36"><span className="inline-flex flex-wrap gap-1"><StatusBadge status={status} /><LiveMark account={account} /></span>{gate && <div className="mt-0.5 max-w-sm"><Refusal gate={gate} /></div>}</Cell>
      <Cell wide className="max-w-md text-xs text-muted"><p className="line-clamp-2" title={reason}>{reason}</p></Cell>
    </tr>
  );
}

function Wanted({ intent }: { readonly intent: Decision['intent'] }) {
  if (!intent) return <span className="text-muted">not sized</span>;
  const { side, quantity: size, order_type: type, limit_price: limit, stop_price: stop, reduce_only: reduces } = intent;
  return (
    <>
      <SideBadge side={side} /> <span className="tabular-nums">{quantity(size)}</span>
      <span className="text-xs text-muted max-sm:hidden"> {type}{limit !== undefined && ` at ${priced(limit)}`}{stop !== undefined && ` from ${priced(stop)}`}{reduces && ', reduces'}</span>
    </>
  );
}
