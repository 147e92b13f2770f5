import { useState } from 'react';
import { download } from '../api.js';
import { notify } from '../notices.js';
import { Button } from '../ui/button.js';
import { Field, Select } from '../ui/field.js';
import { plainWords } from '../words.js';
import { isFiltering, OUTCOMES, PERIODS, without, type Filter, type Period } from './filter.js';

interface Choices {
  readonly symbols: readonly string[];
  readonly agents: readonly string[];
  readonly models: readonly string[];
}

interface Props {
  readonly filter: Filter;
  readonly choices: Choices;
  /** Of `/api/ai-logs`, as the list was asked for. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly onFilter: (filter: Filter) => void;
}

function Choice({ label, all, value, options, onChoose }: { readonly label: string; readonly all: string; readonly value: string | undefined; readonly options: readonly (readonly [string, string])[]; readonly onChoose: (value: string) => void }) {
  const known = value === undefined || options.some(([option]) => option === value) ? options : [...options, [value, value] as const];
  return (
    <Select label={label} value={value ?? ''} onChange={(event) => onChoose(event.target.value)}>
      <option value="">{all}</option>
      {known.map(([option, words]) => <option key={option} value={option}>{words}</option>)}
    </Select>
  );
}

const same = (values: readonly string[]): readonly (readonly [string, string])[] => values.map((value) => [value, value] as const);

function Export({ query }: { readonly query: Props['query'] }) {
  const [busy, setBusy] = useState<string | null>(null);
  const take = (ending: 'json' | 'csv'): void => {
    setBusy(ending);
    download(`/api/ai-logs/export/${ending}`, `ai-logs-${new Date().toISOString().replace(/[:.]/g, '-')}.${ending}`, query)
      .catch((error: unknown) => notify({ id: 'export', level: 'error', text: `The export failed: ${error instanceof Error ? error.message : String(error)}` }))
      .finally(() => setBusy(null));
  };
  return (
    <>
      <Button busy={busy === 'json'} onClick={() => take('json')}>Export JSON</Button>
      <Button busy={busy === 'csv'} onClick={() => take('csv')}>Export CSV</Button>
    </>
  );
}

/** What is shown; the exports have the same. */
export function FilterBar({ filter, choices, query, onFilter }: Props) {
  const set = (name: keyof Filter, value: string): void => {
    const rest = without(filter, name);
    onFilter(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <form
      role="search" aria-label="Calls" key={`${filter.q ?? ''} ${filter.run_id ?? ''}`} className="panel grid grid-cols-2 items-end gap-2 p-3 sm:grid-cols-3 xl:grid-cols-[repeat(5,minmax(0,1fr))_minmax(0,1.4fr)_minmax(0,1.4fr)]"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const [q, runId] = [String(form.get('q')).trim(), String(form.get('run_id')).trim()];
        onFilter({ ...without(filter, 'q', 'run_id'), ...(q !== '' && { q }), ...(runId !== '' && { run_id: runId }) });
      }}
    >
      <Select label="Period" value={filter.period ?? '24h'} onChange={(event) => set('period', event.target.value as Period)}>
        {Object.entries(PERIODS).map(([period, { label }]) => <option key={period} value={period}>{label}</option>)}
      </Select>
      <Choice label="Symbol" all="All symbols" value={filter.symbol} options={same(choices.symbols)} onChoose={(value) => set('symbol', value)} />
      <Choice label="Agent" all="All agents" value={filter.agent} options={same(choices.agents)} onChoose={(value) => set('agent', value)} />
      <Choice label="Model" all="All models" value={filter.model} options={same(choices.models)} onChoose={(value) => set('model', value)} />
      <Choice label="Outcome" all="All outcomes" value={filter.outcome} options={OUTCOMES.map((outcome) => [outcome, outcome === 'OK' ? 'answered' : plainWords(outcome)] as const)} onChoose={(value) => set('outcome', value)} />
      <Field label="Run" name="run_id" defaultValue={filter.run_id ?? ''} maxLength={100} placeholder="Its id" />
      <Field label="Search prompts and replies" name="q" type="search" defaultValue={filter.q ?? ''} maxLength={200} placeholder="Words, then Enter" />
      <div className="col-span-full flex flex-wrap gap-2">
        <Button type="submit" look="primary">Search</Button>
        {isFiltering(filter) && <Button look="quiet" onClick={() => onFilter(filter.period === undefined ? {} : { period: filter.period })}>Clear the filter</Button>}
        <span className="flex-1" />
        <Export query={query} />
      </div>
    </form>
  );
}
