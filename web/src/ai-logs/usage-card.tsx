import { useState } from 'react';
import { compact, money, number } from '../format.js';
import { BudgetMeter } from '../ui/budget.js';
import { Card } from '../ui/card.js';
import { Cell, Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { SeriesChart } from './series-chart.js';
import type { Sum, Usage } from './usage.js';

const dollars = (usd: number): string => money(usd, 'USD', usd >= 10 ? 2 : 4);

const PARTS = [{ id: 'agent', label: 'By agent' }, { id: 'model', label: 'By model' }, { id: 'symbol', label: 'By symbol' }] as const;
type Part = (typeof PARTS)[number]['id'];

function rows(usage: Usage, part: Part): readonly (readonly [string, Sum])[] {
  if (part === 'agent') return usage.by_agent.map((sum) => [sum.agent, sum] as const);
  if (part === 'model') return usage.by_model.map((sum) => [sum.model, sum] as const);
  return usage.by_symbol.map((sum) => [sum.symbol, sum] as const);
}

/** Tokens and dollars over time, of all calls. */
export function UsageCard({ usage, period }: { readonly usage: Usage; readonly period: string }) {
  const { total, series, today: { day } } = usage;
  return (
    <Card title="Tokens and dollars" aside={<span className="text-xs text-muted">all calls, {period.toLowerCase()}: {number(total.calls, 0)}</span>}>
      <div className="grid gap-x-8 gap-y-4 p-3 md:grid-cols-2">
        <SeriesChart title="Tokens" total={compact(total.total_tokens)} bars={series.map(({ start, total_tokens: value }) => ({ start, value }))} format={compact} colour="var(--accent)" />
        <SeriesChart title="Dollars" total={dollars(total.usd)} bars={series.map(({ start, usd: value }) => ({ start, value }))} format={dollars} colour="var(--buy)" />
      </div>
      <div className="border-t border-line p-3"><BudgetMeter label="Budget of today" spent={day.spent} limit={day.limit} /></div>
    </Card>
  );
}

/** Where tokens and dollars went. */
export function Shares({ usage }: { readonly usage: Usage }) {
  const [part, setPart] = useState<Part>('agent');
  const shown = [...rows(usage, part)].sort(([, a], [, b]) => b.usd - a.usd || b.total_tokens - a.total_tokens);
  return (
    <Card title="Where they went">
      <Tabs label="Sums" tabs={PARTS} chosen={part} onChoose={setPart}>
        <div className="max-h-64 overflow-y-auto" tabIndex={0} role="region" aria-label="Sums of tokens and dollars">
          <Table caption="Sums" columns={[{ label: 'Name' }, { label: 'Calls', numeric: true }, { label: 'Tokens', numeric: true }, { label: 'Dollars', numeric: true }]}>
            {shown.map(([name, { calls, total_tokens: tokens, usd }]) => (
              <tr key={name}><Cell className="break-all">{name}</Cell><Cell numeric>{number(calls, 0)}</Cell><Cell numeric>{compact(tokens)}</Cell><Cell numeric>{dollars(usd)}</Cell></tr>
            ))}
          </Table>
        </div>
      </Tabs>
    </Card>
  );
}
