import { money } from '../format.js';
import { Meter } from './meter.js';

/** Dollars of a day against their limit. */
export function BudgetMeter({ label, spent, limit }: { readonly label: string; readonly spent: number; readonly limit: number }) {
  return <Meter label={label} value={spent} most={limit}>{money(spent, 'USD', 4)} of {money(limit)}</Meter>;
}
