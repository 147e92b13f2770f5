import { Fragment, useState } from 'react';
import { dayTime, fullTime, money, number, timeOfDay } from '../format.js';
import { Badge } from '../ui/badge.js';
import { Cell, Table } from '../ui/table.js';
import { plainWords } from '../words.js';
import type { Call } from './call.js';
import { CallDetail } from './call-detail.js';

const COLUMNS = [
  { label: 'Time' }, { label: 'Agent' }, { label: 'Symbol', wide: true }, { label: 'Model', wide: true }, { label: 'Outcome' },
  { label: 'Latency', numeric: true, wide: true }, { label: 'Tokens', numeric: true, wide: true }, { label: 'Dollars', numeric: true, wide: true },
];

const isToday = (time: string): boolean => new Date(time).toDateString() === new Date().toDateString();

/** An id that may go on in the next line behind an underscore. */
const Breakable = ({ text }: { readonly text: string }) => text.split(/(?<=[_-])/).map((part, at) => <Fragment key={at}>{part}<wbr /></Fragment>);

export function CallTable({ calls }: { readonly calls: readonly Call[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Table caption="Calls, newest first" columns={COLUMNS}>
      {calls.map((call) => {
        const { call_id: id, started_at: at, agent, step, round, attempt, symbol, model, outcome, latency_ms: latency, tokens, usd } = call;
        return (
          <Fragment key={id}>
            <tr data-call={id}>
              <Cell className="whitespace-nowrap tabular-nums">
                <button type="button" aria-expanded={open === id} onClick={() => setOpen(open === id ? null : id)} className="flex items-center gap-1.5 text-accent">
                  <span className="sr-only">{`Call of ${agent} at `}</span><span aria-hidden className="text-muted">{open === id ? '▾' : '▸'}</span><time dateTime={at} title={fullTime(at)}>{isToday(at) ? timeOfDay(at) : dayTime(at)}</time>
                </button>
              </Cell>
              <Cell><span className="font-medium"><Breakable text={agent} /></span><span className="block text-xs text-muted"><span className="sm:hidden">{symbol}, </span>{step}{round > 0 && `, round ${round}`}{attempt > 1 && `, attempt ${attempt}`}</span></Cell>
              <Cell wide>{symbol}</Cell>
              <Cell wide>{model}</Cell>
              <Cell><Badge tone={outcome === 'OK' ? 'plain' : 'warn'}>{outcome === 'OK' ? 'answered' : plainWords(outcome)}</Badge><span className="block text-xs text-muted tabular-nums sm:hidden">{money(usd, 'USD', 5)}</span></Cell>
              <Cell numeric wide>{number(latency, 0)} ms</Cell>
              <Cell numeric wide>{number(tokens.total, 0)}</Cell>
              <Cell numeric wide>{money(usd, 'USD', 5)}</Cell>
            </tr>
            {open === id && <tr><td colSpan={COLUMNS.length} className="max-w-0 bg-raised/40 p-3"><CallDetail call={call} /></td></tr>}
          </Fragment>
        );
      })}
    </Table>
  );
}
