import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '../api.js';
import type { Structure, StructureEvent } from '../market.js';
import { seconds } from './chart-time.js';
import type { Colours } from './colours.js';
import type { BreakShape, ZoneShape } from './zones.js';

export const LAYERS = ['gaps', 'blocks', 'breaks'] as const;
export type Layer = (typeof LAYERS)[number];
export const LAYER_WORDS: Readonly<Record<Layer, string>> = { gaps: 'Fair value gaps', blocks: 'Order blocks', breaks: 'Breaks' };

const BREAKS: Readonly<Record<string, string>> = { break_of_structure: 'BOS', change_of_character: 'CHoCH' };

/** Asked for once somebody wants to see it, and again with each candle that closes. */
export const useStructure = (symbol: string, interval: string, wanted: boolean, lastCandle: string | undefined) =>
  useQuery({
    queryKey: ['structure', symbol, interval, lastCandle],
    queryFn: ({ signal }) => get<Structure>('/api/market/structure', { symbol, interval }, signal),
    enabled: wanted && lastCandle !== undefined,
    placeholderData: keepPreviousData,
  });

export function zoneShapes({ open_zones: zones }: Structure, layers: ReadonlySet<Layer>, { buy, sell }: Colours): ZoneShape[] {
  return zones
    .filter(({ kind }) => layers.has(kind === 'order_block' ? 'blocks' : 'gaps'))
    .map(({ kind, direction, low, high, time }) => ({
      from: seconds(time), low, high, colour: direction === 'bullish' ? buy : sell, label: kind === 'order_block' ? 'OB' : 'FVG',
    }));
}

export function breakShapes({ items }: Structure, layers: ReadonlySet<Layer>, { buy, sell }: Colours): BreakShape[] {
  if (!layers.has('breaks')) return [];
  return items.flatMap((event) => {
    const { kind, price, time, direction } = event;
    const label = BREAKS[kind];
    if (label === undefined || price === undefined) return [];
    return [{ from: seconds(swingOf(event, items)?.time ?? time), to: seconds(time), price, colour: direction === 'bullish' ? buy : sell, label }];
  });
}

/** The swing whose price was broken. */
const swingOf = ({ price, time }: StructureEvent, items: readonly StructureEvent[]): StructureEvent | undefined =>
  items.findLast((other) => other.kind === 'swing' && other.price === price && other.time < time);
