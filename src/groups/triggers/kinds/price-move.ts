import type { Market } from '../../../market/market.js';
import { isSimulated, type PriceUpdate } from '../../../model/price-update.js';
import type { BuiltIn, Outlet } from '../built-in.js';
import type { ConfigFields, SymbolNames } from '../config-fields.js';
import { DIRECTIONS, PriceMoves, type MoveState, type PriceMoved } from './price-moves.js';

export interface PriceMoveConfig {
  readonly symbols: readonly string[];
  /** Percent, above 0. */
  readonly change_pct: number;
  /** Seconds; null: since the last event. */
  readonly window_s: number | null;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly cooldown_s: number;
}

const DAY_S = 86_400;
const MOST_SYMBOLS = 100;
const PAST = 500;

export function checkPriceMove(fields: ConfigFields, market: SymbolNames): PriceMoveConfig {
  return {
    symbols: symbolsOf(fields, market),
    change_pct: fields.number('change_pct', 0.01, 100),
    window_s: fields.has('window_s') ? fields.number('window_s', 5, DAY_S) : null,
    direction: fields.oneOf('direction', DIRECTIONS, 'both'),
    cooldown_s: fields.number('cooldown_s', 0, DAY_S, 60),
  };
}

function symbolsOf(fields: ConfigFields, market: SymbolNames): readonly string[] {
  if (!fields.has('symbol')) return fields.symbols(fields.texts('symbols', MOST_SYMBOLS, 20), 'symbols', market);
  if (fields.has('symbols')) return fields.flaw('symbol', 'and symbols exclude each other: name all in symbols', []);
  const symbol = fields.text('symbol', 20);
  return symbol === '' ? [] : fields.symbols([symbol], 'symbol', market);
}

/** An event at each move of a price. */
export class PriceMoveTrigger implements BuiltIn {
  private readonly watches = new Map<string, PriceMoves>();
  /** Symbols whose event is on its way. */
  private readonly pending = new Map<string, Promise<void>>();

  constructor(
    private readonly config: PriceMoveConfig,
    state: Readonly<Record<string, MoveState>> | null,
    private readonly market: Pick<Market, 'candles'>,
    private readonly outlet: Outlet,
  ) {
    const { change_pct: changePct, direction, window_s: windowS, cooldown_s: cooldownS } = config;
    const rules = { threshold: changePct / 100, direction, windowMs: windowS === null ? null : windowS * 1000, cooldownMs: cooldownS * 1000 };
    for (const symbol of config.symbols) this.watches.set(symbol, new PriceMoves(rules, state?.[symbol] ?? null));
  }

  /** The window is full from the start where the market knows what was. */
  async start(): Promise<void> {
    if (this.config.window_s === null) return;
    for (const [symbol, moves] of this.watches) {
      const past = await this.market.candles(symbol, undefined, PAST);
      const from = (past.at(-1)?.knownAt ?? 0) - this.config.window_s * 1000;
      moves.seed(past.filter(({ knownAt }) => knownAt >= from).map(({ close, knownAt }) => ({ price: close, at: knownAt })));
    }
  }

  price(update: PriceUpdate, at: number): Promise<void> | null {
    const moves = this.watches.get(update.symbol);
    if (!moves || this.pending.has(update.symbol)) return null;
    const begun = moves.state.reference === null;
    const moved = moves.see(update.price, at);
    if (moved) return this.under(update.symbol, this.say(update, moves, moved));
    return begun ? this.under(update.symbol, this.outlet.save(this.stateWith(update.symbol, moves.state))) : null;
  }

  /** A file gives the same events at any speed. */
  async closed(symbol: string): Promise<void> {
    await this.pending.get(symbol)?.catch(() => undefined); // reported where it was asked for
  }

  private under(symbol: string, work: Promise<void>): Promise<void> {
    const ended = work.finally(() => this.pending.delete(symbol));
    this.pending.set(symbol, ended);
    return ended;
  }

  private async say({ symbol, source }: PriceUpdate, moves: PriceMoves, moved: PriceMoved): Promise<void> {
    const { changePct, from, to } = moved;
    const change = Math.round(changePct * 1e4) / 1e4;
    const over = this.config.window_s === null ? '' : ` within ${this.config.window_s} s`;
    await this.outlet.emit({
      title: `${symbol} ${change > 0 ? 'up' : 'down'} ${Math.abs(change).toFixed(2)} %${over}${isSimulated(source) ? ' (simulated)' : ''}`,
      payload: JSON.stringify({
        symbol, price: to.price, change_pct: change, from: { price: from.price, timestamp: new Date(from.at).toISOString() },
        window_s: this.config.window_s, source, simulated: isSimulated(source), timestamp: new Date(to.at).toISOString(),
      }),
    }, `${symbol}:${moved.key}`, this.stateWith(symbol, moved.next));
    moves.taken(moved);
  }

  private stateWith(symbol: string, next: MoveState): Readonly<Record<string, MoveState>> {
    return Object.fromEntries([...this.watches].map(([each, { state }]) => [each, each === symbol ? next : state]));
  }
}
