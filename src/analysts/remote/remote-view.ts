import type { MarketView } from '../../model/market-view.js';

/** A view as remote analysts get it (WIRE.md); the same text for all of a run. */
const TEXTS = new WeakMap<MarketView, string>();

function viewText(view: MarketView): string {
  let text = TEXTS.get(view);
  if (text === undefined) TEXTS.set(view, (text = JSON.stringify(wireView(view))));
  return text;
}

function wireView({ instrument, interval, asOf, source, price, candles, indicators, structure, news }: MarketView): Record<string, unknown> {
  return {
    symbol: instrument.symbol, interval, as_of: iso(asOf), source, price,
    candles: candles.map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume]),
    indicators: indicators && { ...indicators, time: iso(indicators.time) },
    structure: (structure?.events ?? []).map((event) => ({ ...event, time: iso(event.time), confirmed_at: iso(event.confirmed_at) })),
    news: news.map(({ id, title, source: from, publishedAt }) => ({ id, title, source: from, time: iso(publishedAt) })),
  };
}

const iso = (time: number): string => new Date(time).toISOString();

/** `analysis_request`; `deadline` is wall time. */
export const requestText = (runId: string, deadlineAt: number, view: MarketView): string =>
  `{"type":"analysis_request","data":{"run_id":${JSON.stringify(runId)},"symbol":${JSON.stringify(view.instrument.symbol)},"deadline":"${iso(deadlineAt)}","view":${viewText(view)}}}`;
