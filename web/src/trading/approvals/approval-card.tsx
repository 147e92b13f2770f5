import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { money, percent, timeOfDay } from '../../format.js';
import { useRoom } from '../../live.js';
import { symbolRoom } from '../../rooms.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { isLive } from '../live-mark.js';
import { MoneyBadge, priced, quantity, SideBadge } from '../parts.js';
import type { Account, Approval, Decision } from '../types.js';
import { personWord } from '../words.js';
import { Countdown } from './countdown.js';
import { Drift } from './drift.js';
import { EditDialog } from './edit-dialog.js';
import { RefusedNote } from './refused-note.js';
import { RejectDialog } from './reject-dialog.js';
import { useAnswer } from './use-answer.js';

interface Props {
  readonly approval: Approval;
  /** null before it is loaded. */
  readonly decision: Decision | null;
  readonly account: Account | null;
  /** Nothing is approved before the page knows whose money it is. */
  readonly accountsKnown: boolean;
}

/** One intent that waits: what is to be done, how long it waits, how far the price has gone, and the answers. */
export function ApprovalCard({ approval, decision, account, accountsKnown }: Props) {
  const { symbol, intent, account_id: accountId, price, needed, given, given_by: givenBy, note, approval_id: id } = approval;
  const [asked, setAsked] = useState<'edit' | 'reject' | null>(null);
  useRoom(symbolRoom(symbol));
  const approve = useAnswer(approval);
  const title = `${intent.side === 'buy' ? 'Buy' : 'Sell'} ${quantity(intent.quantity)} ${symbol}`;
  const worth = intent.quantity * (intent.limit_price ?? price);
  return (
    <article aria-label={title} data-approval={id} className="panel flex h-full min-w-0 flex-col">
      <header className="flex flex-wrap items-start justify-between gap-2 px-3 pt-3">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-2 text-lg leading-tight font-semibold"><SideBadge side={intent.side} /> <span className="tabular-nums">{quantity(intent.quantity)}</span> <Link to="/symbols/$symbol" params={{ symbol }} className="hover:text-accent hover:underline">{symbol}</Link></h2>
          <p className="mt-0.5 text-sm text-muted"><span className="tabular-nums">{money(worth, account?.currency)}</span> · {orderWord(approval)}</p>
        </div>
        {account ? <MoneyBadge broker={account.broker} /> : accountsKnown && <Badge tone="warn">account not known here</Badge>}
      </header>
      <div className="mt-3 border-y border-line"><Countdown approval={approval} /></div>
      <Drift approval={approval} />
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 px-3 pb-2 text-sm">
        <Fact label="Account">{accountId}</Fact>
        <Fact label="Confidence">{percent(decision?.confidence)}</Fact>
        <Fact label="Target">{priced(intent.target_price)}</Fact>
        <Fact label="Stop">{priced(intent.stop_loss)}</Fact>
        {(intent.leverage ?? 1) > 1 && <Fact label="Leverage">{intent.leverage}×</Fact>}
        {intent.reduce_only && <Fact label="Effect">only reduces</Fact>}
      </dl>
      {decision?.reason && <p className="px-3 pb-2 text-sm text-muted"><span className="line-clamp-3" title={decision.reason}>{decision.reason}</span></p>}
      {note && <p className="px-3 pb-2 text-sm"><span className="text-muted">Note: </span>{note}</p>}
      {needed > 1 && (
        <p className="mx-3 mb-2 flex flex-wrap items-center gap-2 rounded-md bg-raised px-2 py-1.5 text-sm">
          <Badge tone={given > 0 ? 'buy' : 'plain'}>{given} of {needed} persons</Badge>
          <span className="text-muted">{given === 0 ? 'Nobody has agreed yet.' : `${givenBy.map(({ by, at }) => `${personWord(by)} at ${timeOfDay(at)}`).join(', ')}. Another person must agree.`}</span>
        </p>
      )}
      {account && isLive(account) && <p className="mx-3 mb-2 rounded-md border border-sell/50 px-2.5 py-1.5 text-sm font-medium text-sell">An order with real money, at Alpaca.</p>}
      <RefusedNote error={approve.error} />
      <footer className="mt-auto grid grid-cols-[1fr_auto_auto] gap-2 p-3">
        <Button look="primary" className="min-h-10" busy={approve.isPending} disabled={!accountsKnown} onClick={() => approve.mutate({ decision: 'approve' })}>Approve</Button>
        <Button className="min-h-10" onClick={() => setAsked('edit')}>Edit…</Button>
        <Button look="danger" className="min-h-10" onClick={() => setAsked('reject')}>Reject…</Button>
      </footer>
      {asked === 'edit' && <EditDialog approval={approval} onClose={() => setAsked(null)} />}
      {asked === 'reject' && <RejectDialog approval={approval} title={title} onClose={() => setAsked(null)} />}
    </article>
  );
}

const FORCES: Readonly<Record<string, string>> = { day: 'for today', gtc: 'until cancelled', ioc: 'at once, what there is', fok: 'at once or not at all' };

const orderWord = ({ intent: { order_type: type, limit_price: limit, stop_price: stop, time_in_force: force } }: Approval): string =>
  [type.replace('_', ' '), limit !== undefined && `at ${priced(limit)}`, stop !== undefined && `from ${priced(stop)}`, force && `· ${FORCES[force] ?? force}`].filter(Boolean).join(' ');

const Fact = ({ label, children }: { readonly label: string; readonly children: React.ReactNode }) => (
  <div className="flex min-w-0 justify-between gap-2"><dt className="text-muted">{label}</dt><dd className="truncate font-medium tabular-nums">{children}</dd></div>
);
