import type { SituationRow } from '../../knowledge/situations.js';
import { situationVector, VECTOR_VERSION } from '../../knowledge/situation-vector.js';
import { roundTripCost } from '../../model/round-trip-cost.js';
import type { Signal } from '../signal.js';
import { bandAt } from './outcome.js';

/** A signal as it is kept until its horizon has passed; null where its view has no closed candle to count from. */
export function situationOf(signal: Signal): SituationRow | null {
  const { view, verdict, votes, horizonBars } = signal;
  const t = view.candles.at(-1);
  if (!t) return null;
  const cost = roundTripCost(view.instrument.assetClass);
  const vector = situationVector(view);
  const stances = votes.filter((vote) => vote.signal !== 'ABSTAIN').map((vote) => [vote.agentId, vote.signal]);
  return {
    signal_id: signal.signalId,
    run_id: signal.runId,
    symbol: view.instrument.symbol,
    interval: view.interval,
    source: view.source,
    as_of: view.asOf,
    candle_time: t.time,
    action: verdict.action,
    horizon_bars: horizonBars,
    target_price: signal.targetPrice ?? null,
    stop_loss: signal.stopLoss ?? null,
    band: bandAt(view.candles, horizonBars, cost),
    cost,
    stances: JSON.stringify(Object.fromEntries(stances)),
    version: VECTOR_VERSION,
    vector: vector && JSON.stringify(vector.map((number) => Math.round(number * 1e5) / 1e5)),
    created_at: Date.now(),
  };
}
