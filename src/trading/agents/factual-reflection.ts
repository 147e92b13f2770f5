import type { Decimal } from '../../model/decimal.js';
import type { TradeReview } from './trade-review.js';

export interface ReflectionText {
  readonly thought: string;
  readonly happened: string;
  readonly change: string;
}

/** A loss beyond this many planned risks came of more than the stop. */
const SLIPPED = 1.1;

/** What the figures say, beside the plan: no causes are made up. */
export const factualReflection = (review: TradeReview): ReflectionText => ({ thought: thought(review), happened: happened(review), change: change(review) });

function thought({ reason, reasoning, target, stop, dissent }: TradeReview): string {
  const plan = [target && `target ${text(target)}`, stop && `stop ${text(stop)}`].filter(Boolean).join(', ');
  return sentences([
    reason ?? 'No reason was stored with the order that opened it',
    reasoning && reasoning !== reason && `The cycle said: ${reasoning}`,
    plan === '' ? 'No target and no stop were planned' : `Planned: ${plan}`,
    dissent.length > 0 && `Against it on the panel: ${dissent.join('; ')}`,
  ]);
}

function happened({ trade, exit, exitReason, r }: TradeReview): string {
  const { symbol, side, quantity, entryPrice, exitPrice, pnl, fees, openedAt, closedAt, leverage } = trade;
  const lever = leverage > 1 ? ` at ${leverage}x` : '';
  return sentences([
    `${side === 'long' ? 'Long' : 'Short'} ${text(quantity)} ${symbol}${lever} from ${text(entryPrice)} to ${text(exitPrice)}, held for ${span(closedAt - openedAt)}`,
    `${signed(pnl)} after ${text(fees)} of fees${r === null ? '' : `, ${signed(r)} R`}`,
    ENDED[exit], exit === 'decision' && exitReason && `The reason then: ${exitReason}`,
  ]);
}

const ENDED: Readonly<Record<TradeReview['exit'], string>> = {
  target: 'The target was hit', stop: 'The stop was hit', liquidation: 'It was liquidated',
  decision: 'It was closed by a decision, before target or stop', flatten: 'It was closed with the account\'s other positions', unknown: 'What closed it was not stored',
};

function change({ trade, exit, r, target, stop, dissent }: TradeReview): string {
  const { pnl, fees, leverage } = trade;
  const lost = pnl.lt(0);
  return sentences([
    exit === 'liquidation' && `Leverage was ${leverage}: use less, and a stop that comes before the liquidation`,
    stop === null && 'Name the price that proves the next one wrong, as a stop, before it is opened',
    exit === 'stop' && r !== null && r < -SLIPPED && `The loss was ${text(-r)} times the planned risk: count fees and slippage into the size`,
    exit === 'decision' && lost && r !== null && r > -1 && `It was closed at ${signed(r)} R, before the stop: keep to the plan, or say at entry what ends it earlier`,
    exit === 'decision' && !lost && target !== null && 'It was closed before its target: compare what the target would have brought',
    lost && pnl.plus(fees).gte(0) && `Without fees it would not have lost: ${text(fees)} of fees were more than the move brought`,
    lost && dissent.length > 0 && 'The panel\'s dissent was right this time: weigh it the next time',
    !lost && dissent.length > 0 && 'It went well against the panel\'s dissent',
  ]) || (exit === 'stop' || exit === 'target' ? 'It ended as planned: nothing in the figures asks for a change.' : 'Nothing in the figures asks for a change.');
}

const sentences = (parts: readonly (string | false | null)[]): string =>
  parts.filter((part): part is string => Boolean(part)).map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`)).join(' ');

const text = (value: Decimal | number): string => Number(Number(value).toPrecision(6)).toString();
const signed = (value: Decimal | number): string => `${Number(value) > 0 ? '+' : ''}${text(value)}`;

function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  return [days > 0 && `${days} d`, hours > 0 && `${hours} h`, days === 0 && `${minutes % 60} min`].filter(Boolean).join(' ');
}
