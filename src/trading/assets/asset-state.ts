import type { Candle } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { AgentPerformance, AssetPosition, AssetState } from '../../model/wire/trading.js';
import type { AgentPicture, PicturedPosition } from '../agents/agent-picture.js';
import type { AssetAction } from './asset-actions.js';

export interface AssetParts {
  readonly symbol: string;
  readonly picture: AgentPicture;
  readonly performance: AgentPerformance;
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

const percent = (share: number | null): number | null => share && 100 * share;
const iso = (time: number): string => new Date(time).toISOString();

export function assetState({ symbol, picture, performance, interval, candles, actions, lessons, source, now }: AssetParts): AssetState {
  const { status, state } = picture;
  const [last] = lessons;
  return {
    asset: symbol,
    stats: {
      total_pnl: totalPnl(picture), win_rate: percent(performance.win_rate), sharpe_ratio: performance.sharpe_ratio, drawdown: percent(performance.max_drawdown),
      total_trades: performance.total_trades, average_win: performance.average_win, average_loss: performance.average_loss,
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

export const positionOf = ({ symbol, side, quantity, entry_price, mark_price, unrealized_pnl, opened_at }: PicturedPosition): AssetPosition =>
  ({ symbol, side, quantity, entry_price, mark_price, unrealized_pnl, opened_at });
