import { useQuery } from '@tanstack/react-query';
import { symbolsQuery } from '../../market.js';
import { Select } from '../../ui/field.js';
import { accountsQuery } from '../queries.js';
import { statusWord } from '../words.js';
import type { Filter } from './use-lists.js';

interface Props {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly statuses: readonly string[];
}

/** Which of a list are shown. */
export function Filters({ filter, onChange, statuses }: Props) {
  const { data: accounts = [] } = useQuery(accountsQuery);
  const { data: symbols = [] } = useQuery(symbolsQuery);
  const choice = (name: keyof Filter, label: string, all: string, values: readonly string[], word: (value: string) => string = (value) => value) => (
    <Select label={label} bare value={filter[name] ?? ''} onChange={({ target: { value } }) => onChange({ ...filter, [name]: value || undefined })}>
      <option value="">{all}</option>
      {values.map((value) => <option key={value} value={value}>{word(value)}</option>)}
    </Select>
  );
  return (
    <div className="flex flex-wrap gap-2" role="group" aria-label="Filter">
      {choice('account', 'Account', 'All accounts', accounts.map(({ account_id: id }) => id))}
      {choice('symbol', 'Symbol', 'All symbols', symbols.map(({ symbol }) => symbol))}
      {choice('status', 'Status', 'All', statuses, statusWord)}
    </div>
  );
}
