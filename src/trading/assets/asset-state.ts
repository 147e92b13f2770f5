import type { Candle } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { AgentPicture, PicturedPosition } from '../agents/agent-picture.js';
import type { AssetAction } from './asset-actions.js';

/** Of the closed trades and the equity of an asset's account; null where there are too few. */
export interface AssetStatistics {
  /** 0 to 100 */
  readonly winRate: number | null;
  readonly sharpe: number | null;
  /** The largest fall of the equity from its highest, 0 to 100. */
  readonly drawdown: number | null;
  readonly trades: number;
  readonly averageWin: number | null;
  /** Below zero. */
  readonly averageLoss: number | null;
}

export interface AssetParts {
  readonly symbol: string;
  readonly picture: AgentPicture;
  readonly statistics: AssetStatistics;
  readonly interval: Interval;
  /** Closed, oldest first. */
  readonly candles: readonly Candle[];
  /** Newest first. */
  readonly actions: readonly AssetAction[];
  /** Newest first. */
  readonly lessons: readonly { readonly thought: string; readonly happened: string; readonly change: string }[];
  readonly source: string;
  /** Market time. */
  readonly now: number;
}

/** The body of `/ws`'s state message and of `GET /api/assets/:symbol/dashboard`. */
export interface AssetState {
  readonly asset: string;
  readonly stats: {
    readonly total_pnl: number; readonly win_rate: number | null; readonly sharpe_ratio: number | null; readonly drawdown: number | null;
    readonly total_trades: number; readonly average_win: number | null; readonly average_loss: number | null;
  };
  readonly chart: { readonly interval: Interval; readonly labels: readonly string[]; readonly prices: readonly number[]; readonly volumes: readonly number[] };
  readonly positions: readonly Pick<PicturedPosition, 'symbol' | 'side' | 'quantity' | 'entry_price' | 'mark_price' | 'unrealized_pnl' | 'opened_at'>[];
  /** Newest first. */
  readonly feed: readonly { readonly timestamp: string; readonly action: string; readonly message: string }[];
  /** What was thought and what happened in the last closed trade; null before the first. */
  readonly reflection: string | null;
  /** What the last closed trades say is to be changed, newest first, a line each; null before the first. */
  readonly improvements: string | null;
  readonly paused: boolean;
  /** Seconds between two cycles. */
  readonly interval: number;
  readonly source: string;
  readonly trading_state: string;
  /** Why it is not ACTIVE, or paused. */
  readonly reason: string | null;
  /** Market time. */
  readonly timestamp: string;
}

const iso = (time: number): string => new Date(time).toISOString();

export function assetState({ symbol, picture, statistics, interval, candles, actions, lessons, source, now }: AssetParts): AssetState {
  const { status, state } = picture;
  const [last] = lessons;
  return {
    asset: symbol,
    stats: {
      total_pnl: totalPnl(picture), win_rate: statistics.winRate, sharpe_ratio: statistics.sharpe, drawdown: statistics.drawdown,
      total_trades: statistics.trades, average_win: statistics.averageWin, average_loss: statistics.averageLoss,
    },
    chart: {
      interval, labels: candles.map(({ time }) => iso(time)), prices: candles.map(({ close }) => close), volumes: candles.map(({ volume }) => volume),
    },
    positions: picture.positions.map(positionOf),
    feed: actions.map(({ at, action, message }) => ({ timestamp: iso(at), action, message })),
    reflection: last ? `${last.thought}\n${last.happened}` : null,
    improvements: last ? [...new Set(lessons.map(({ change }) => change))].join('\n') : null,
    paused: status.paused, interval: status.intervalS, source,
    trading_state: state.state, reason: state.reason ?? status.pauseReason,
    timestamp: iso(now),
  };
}

/** What the account has made, open positions and fees counted. */
export const totalPnl = ({ equity, initial }: AgentPicture): number => rounded(equity - initial);

/** Without what two binary numbers leave over. */
const rounded = (value: number): number => Number(value.toPrecision(12));

export const positionOf = ({ symbol, side, quantity, entry_price, mark_price, unrealized_pnl, opened_at }: PicturedPosition): AssetState['positions'][number] =>
  ({ symbol, side, quantity, entry_price, mark_price, unrealized_pnl, opened_at });
