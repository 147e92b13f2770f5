import { useState, type ReactNode } from 'react';
import { money, percent } from '../../format.js';
import { Button } from '../../ui/button.js';
import { Change, Gain, MoneyBadge, StateBadge } from '../parts.js';
import { ChangeState } from '../state/change-state.js';
import type { Account, Position, StateOf, TradingState } from '../types.js';
import { unrealisedAt, useMarks } from '../use-marks.js';
import { gateWord } from '../words.js';
import { LossBar } from './loss-bar.js';

interface Props {
  readonly account: Account;
  readonly positions: readonly Position[];
  /** Of the server. */
  readonly all: TradingState;
  /** Its own; null before it is known. */
  readonly own: StateOf | null;
}

/** What the account is worth at the last prices, how near its limits, and its switch. */
export function AccountCard({ account, positions, all, own }: Props) {
  const { account_id: id, broker, mode, currency, state, code, reason } = account;
  const [asked, setAsked] = useState<TradingState | null>(null);
  const marks = useMarks(positions.map(({ symbol }) => symbol));
  const unrealised = positions.length === 0 ? account.unrealized_pnl : positions.reduce((sum, each) => sum + unrealisedAt(marks.get(each.symbol) ?? each.mark_price, each), 0);
  const equity = account.total_balance - account.unrealized_pnl + unrealised;
  const gain = equity - account.initial_balance;
  const stopped = (own?.state ?? state) !== 'ACTIVE';
  return (
    <article aria-label={`Account ${id}`} className="panel flex min-w-0 flex-col p-3">
      <header className="flex flex-wrap items-center justify-between gap-x-2 gap-y-1">
        <h2 className="w-full truncate font-semibold" title={id}>{id}</h2>
        <p className="text-xs text-muted">{mode} · {currency}</p>
        <MoneyBadge broker={broker} />
      </header>
      <p className="mt-2 text-xl leading-tight font-semibold tabular-nums">{money(equity, currency)}</p>
      <p className="text-sm tabular-nums"><Gain of={gain} currency={currency} /> <span className="text-muted">·</span> <Change points={(gain / account.initial_balance) * 100} /></p>
      <dl className="mt-3 space-y-1 text-sm">
        <Line label="Unrealised"><Gain of={unrealised} currency={currency} /></Line>
        <Line label="Available">{money(account.available_balance, currency)}</Line>
        <Line label="Used">{percent(account.used_percentage / 100)}</Line>
      </dl>
      <div className="mt-3 space-y-2">
        <LossBar label="Loss today" lost={1 - equity / account.day_start_equity} limit={account.limits.max_daily_loss} />
        <LossBar label="Drawdown" lost={1 - equity / Math.max(account.peak_equity, equity)} limit={account.limits.max_drawdown} />
      </div>
      <footer className="mt-auto flex flex-wrap items-center gap-2 pt-3">
        <StateBadge state={state} />
        {state !== 'ACTIVE' && <span className="min-w-0 flex-1 text-xs text-muted">{[code && gateWord(code), reason].filter(Boolean).join(' · ')}</span>}
        {stopped
          ? <Button look="quiet" className="ml-auto" aria-label={`Resume ${id}`} onClick={() => setAsked('ACTIVE')}>Resume…</Button>
          : <Button look="quiet" className="ml-auto" aria-label={`Halt ${id}`} disabled={all === 'HALTED'} onClick={() => setAsked('HALTED')}>Halt…</Button>}
      </footer>
      {asked && <ChangeState account={id} to={asked} onClose={() => setAsked(null)} />}
    </article>
  );
}

const Line = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div className="flex justify-between gap-2"><dt className="text-xs leading-5 text-muted">{label}</dt><dd className="font-medium tabular-nums">{children}</dd></div>
);
