import type { SizingConfig } from '../config/config.js';
import { floorTo, ZERO, type Decimal } from '../model/decimal.js';
import type { Instrument } from '../model/instrument.js';
import { sideOf, sign, type AccountMode, type Intent } from '../model/trading.js';
import type { Abilities } from './brokers/broker.js';
import type { Price } from './prices.js';
import type { Proposal, Size } from './proposal.js';
import { refuse, type Refusal } from './risk/gate.js';
import { kellyShare, volatilityShare } from './risk/sizing.js';

export interface SizingNeeds {
  /** Signed position, and signed remainder of orders under way but for protective ones. */
  readonly held: Decimal;
  readonly ordered: Decimal;
  /** Of that, what closes the position already; unsigned. */
  readonly closing: Decimal;
  readonly equity: Decimal;
  readonly price: Price | null;
  readonly abilities: Abilities;
  readonly sizing: SizingConfig;
  readonly maxLeverage: number;
  readonly mode: AccountMode;
  /** Standard deviation of a day's return; null where it is not known. */
  readonly volatility: () => number | null;
  readonly instrument: Instrument;
}

/** Under this share of the target nothing is traded. */
const LEAST_CHANGE = 0.2;

/** What is wanted, as an intent: null where there is nothing to do, a refusal where it cannot be sized. Arithmetic alone. */
export function sized(proposal: Proposal, needs: SizingNeeds): Intent | Refusal | null {
  const { want } = proposal;
  const { held, price } = needs;
  const open = held.abs().minus(needs.closing);
  const closed = (): Intent | null => (open.gt(0) ? intentOf(proposal, needs, -held.s, open, true) : null);
  if (want.kind === 'close') {
    if (held.isZero()) return refuse('NOT_ABLE', `There is no position in ${proposal.symbol} to close`, { position: 0 });
    if (!open.gt(0)) return refuse('DUPLICATE', `The position in ${proposal.symbol} is being closed already`, { position: held.toString(), closing: needs.closing.toString() });
    return intentOf(proposal, needs, -held.s, want.quantity === null || want.quantity.gt(open) ? open : want.quantity, true);
  }
  const direction = want.kind === 'target' ? want.direction : sign(want.side);
  if (proposal.leg !== 'net' && direction === -sign(proposal.leg)) return refuse('BAD_INTENT', `The ${proposal.leg} leg has one side: close it, or open the other leg`, { leg: proposal.leg });
  if (!price) return refuse('PRICE_STALE', `There is no price of ${proposal.symbol} yet: wait for its first`, {});
  if (direction !== 0 && !held.isZero() && held.s !== direction) {
    // the one side is closed first; the other opens after that fill
    return closed();
  }
  const short = direction < 0 && !needs.abilities.shorts;
  if (short && want.kind === 'open') return refuse('NOT_ABLE', `${proposal.symbol} cannot be sold short in ${proposal.accountId}`, {});
  if (direction === 0 || short) return held.isZero() ? null : closed();
  const quantity = quantityOf(want.size, direction, proposal, needs);
  if ('code' in quantity) return quantity;
  if (want.kind === 'open') return intentOf(proposal, needs, direction, quantity, false);
  const change = quantity.times(direction).minus(held).minus(needs.ordered);
  if (change.abs().lt(quantity.times(LEAST_CHANGE))) return null;
  const rounded = floorTo(change.abs(), needs.abilities.lotSize);
  if (rounded.isZero()) return null;
  return intentOf(proposal, needs, change.s, rounded, change.s !== direction);
}

function intentOf(proposal: Proposal, { maxLeverage, mode }: SizingNeeds, direction: number, quantity: Decimal, reduceOnly: boolean): Intent {
  const plain = reduceOnly && proposal.want.kind !== 'close';
  return {
    accountId: proposal.accountId, symbol: proposal.symbol, leg: proposal.leg, side: sideOf(direction), quantity,
    // what closes the other side first does so at the market, whatever the opening is to be
    orderType: plain ? 'market' : proposal.orderType, limitPrice: plain ? null : proposal.limitPrice, stopPrice: plain ? null : proposal.stopPrice, trail: plain ? null : proposal.trail,
    timeInForce: proposal.timeInForce, reduceOnly, leverage: mode === 'perpetual' ? Math.max(1, Math.min(proposal.leverage, maxLeverage)) : 1,
    exits: reduceOnly ? null : proposal.exits,
  };
}

/** In base units, down to the lot. */
function quantityOf(size: Size, direction: number, proposal: Proposal, needs: SizingNeeds): Decimal | Refusal {
  const { price, abilities, equity, sizing } = needs;
  const at = proposal.limitPrice ?? (direction > 0 ? price!.ask : price!.bid);
  const leverage = needs.mode === 'perpetual' ? Math.max(1, Math.min(proposal.leverage, needs.maxLeverage)) : 1;
  if (size.kind === 'quantity') return size.quantity;
  const share = size.kind === 'share' ? Math.min(size.share, 1) : size.kind === 'policy' ? policyShare(sizing, proposal, needs) : null;
  if (share !== null && typeof share !== 'number') return share;
  const worth = size.kind === 'margin' ? size.amount.times(leverage) : equity.times(share ?? 0).times(size.kind === 'share' ? leverage : 1);
  const quantity = floorTo(worth.div(at), abilities.lotSize);
  if (quantity.isFinite() && quantity.gt(ZERO)) return quantity;
  return refuse('MIN_NOTIONAL', `${worth.toFixed(2)} buys less than one lot of ${abilities.lotSize} ${proposal.symbol} at ${at.toString()}: take a larger size`, {
    worth: worth.toFixed(2), lot: abilities.lotSize, price: at.toString(),
  });
}

function policyShare(sizing: SizingConfig, proposal: Proposal, needs: SizingNeeds): number | Refusal {
  if (sizing.method === 'fixed_fraction') return sizing.fraction;
  if (sizing.method === 'volatility_target') return volatilityShare(sizing, needs.volatility());
  const price = needs.price!.last;
  const gain = proposal.exits?.target ? proposal.exits.target.minus(price).abs().div(price).toNumber() : null;
  const loss = proposal.exits?.stop ? proposal.exits.stop.minus(price).abs().div(price).toNumber() : null;
  return kellyShare(sizing, proposal.probability, gain, loss);
}
