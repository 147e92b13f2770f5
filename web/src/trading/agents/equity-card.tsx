import { useMarketNow } from '../../clock.js';
import { money } from '../../format.js';
import { CurveCard } from '../curve-card.js';
import type { Account, EquityPoint } from '../types.js';

interface Props {
  readonly name: string;
  /** undefined before the first answer. */
  readonly equity: readonly EquityPoint[] | undefined;
  readonly account: Account | null;
}

/** The stored points, and after them what it is worth now. */
export function EquityCard({ name, equity, account }: Props) {
  const now = useMarketNow();
  const stored = equity?.map(({ timestamp: at, total_balance: value }) => ({ at, value }));
  const newer = account !== null && now > Date.parse(stored?.at(-1)?.at ?? '');
  const points = stored && newer ? [...stored, { at: new Date(now).toISOString(), value: account.total_balance }] : stored;
  return (
    <CurveCard
      title="Equity" label={`Equity of ${name}`} points={points} format={(value) => money(value, account?.currency)}
      empty="A point a minute, and one at each fill." {...(account && { base: { value: account.initial_balance, title: 'began with' } })}
    />
  );
}
