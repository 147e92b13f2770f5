import { v7 as timeOrderedId } from 'uuid';
import type { Rules } from '../consensus/ballot.js';
import type { MarketView } from '../model/market-view.js';
import type { Action, Vote } from '../model/opinion.js';
import type { Depth, Trigger } from '../model/trigger.js';
import type { Decided } from '../model/verdict.js';
import type { Run } from './run.js';

/** A verdict with price, validity and id. Times are market time, epoch milliseconds. */
export interface Signal {
  readonly signalId: string;
  readonly runId: string;
  readonly depth: Depth;
  readonly trigger: Trigger;
  readonly verdict: Decided;
  readonly votes: readonly Vote[];
  readonly view: MarketView;
  readonly validUntil: number;
  readonly horizonBars: number;
  /** n / (1 + (n−1)·mean correlation); null until enough runs were seen. */
  readonly effectiveVoters: number | null;
  /** What decided beside q, which the verdict has. */
  readonly rules: Pick<Rules, 'minConfidence' | 'minDomains'>;
  /** Median of the supporters' levels; absent for HOLD, and where none gave one. */
  readonly targetPrice: number | undefined;
  readonly stopLoss: number | undefined;
}

export interface Circumstances {
  readonly validUntil: number;
  readonly horizonBars: number;
  readonly effectiveVoters: number | null;
  readonly rules: Signal['rules'];
}

export function signalFrom(run: Run, view: MarketView, votes: readonly Vote[], verdict: Decided, rest: Circumstances): Signal {
  const supporters = votes.filter((vote) => vote.signal === verdict.action && vote.weight > 0);
  const { action } = verdict;
  return {
    signalId: timeOrderedId(),
    runId: run.runId,
    depth: run.depth,
    trigger: run.trigger,
    verdict,
    votes,
    view,
    ...rest,
    targetPrice: action === 'HOLD' ? undefined : median(supporters.map((vote) => vote.targetPrice), beyond(action, view.price)),
    stopLoss: action === 'HOLD' ? undefined : median(supporters.map((vote) => vote.stopLoss), beyond(opposite(action), view.price)),
  };
}

const opposite = (action: Action): Action => (action === 'BUY' ? 'SELL' : 'BUY');

/** Keeps levels on the side of the price to which the action points. */
const beyond = (action: Action, price: number) => (level: number): boolean => (action === 'BUY' ? level > price : level < price);

function median(levels: readonly (number | undefined)[], keep: (level: number) => boolean): number | undefined {
  const kept = levels.filter((level): level is number => level !== undefined && keep(level)).sort((a, b) => a - b);
  if (kept.length === 0) return undefined;
  const middle = kept.length >> 1;
  return kept.length % 2 === 1 ? kept[middle] : (kept[middle - 1]! + kept[middle]!) / 2;
}
