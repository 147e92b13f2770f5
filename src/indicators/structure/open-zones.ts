import type { Candle } from '../../model/candle.js';
import type { FairValueGap, OpenZone, OrderBlock } from '../../model/structure.js';

const MAX_ZONES = 24;

/**
 * Gaps and blocks that price may come back to. Mitigation is the greatest share of the height that a later candle traded into,
 * from the near side; a close beyond the far side ends the zone. The 24 newest are kept, oldest first.
 */
export class OpenZones {
  private readonly zones: OpenZone[] = [];
  private list: readonly OpenZone[] | null = null;

  /** Call it before the zones that this candle confirms are added. */
  update(candle: Candle): void {
    const { zones } = this;
    let kept = 0;
    for (let at = 0; at < zones.length; at++) {
      const zone = zones[at]!;
      const next = after(zone, candle);
      if (next !== zone) this.list = null;
      if (next !== null) zones[kept++] = next;
    }
    while (zones.length > kept) zones.pop();
  }

  add({ kind, direction, low, high, time, confirmed_at }: FairValueGap | OrderBlock): void {
    if (this.zones.length === MAX_ZONES) this.zones.shift();
    this.zones.push(Object.freeze({ kind, direction, low, high, time, confirmed_at, mitigated: 0 }));
    this.list = null;
  }

  /** Frozen; the same list as before where nothing changed. */
  get current(): readonly OpenZone[] {
    return (this.list ??= Object.freeze(this.zones.slice()));
  }
}

/** The zone after one more candle: itself where nothing changed, null where it is closed through. */
function after(zone: OpenZone, { close, low, high }: Candle): OpenZone | null {
  const up = zone.direction === 'bullish';
  if (up ? close < zone.low : close > zone.high) return null;
  const depth = up ? zone.high - low : high - zone.low;
  if (depth <= 0 || zone.mitigated === 1) return zone;
  const mitigated = Math.min(1, depth / (zone.high - zone.low));
  return mitigated > zone.mitigated ? withMitigation(zone, mitigated) : zone;
}

const withMitigation = ({ kind, direction, low, high, time, confirmed_at }: OpenZone, mitigated: number): OpenZone =>
  Object.freeze({ kind, direction, low, high, time, confirmed_at, mitigated });
