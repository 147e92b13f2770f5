const MINUTE = 60_000;

interface Part {
  readonly at: number;
  readonly quantity: number;
}

/** What traded in a symbol within the last minute, and what this account took of it; base units, market time. */
export class TickVolume {
  private readonly traded = new Map<string, Part[]>();
  private readonly own = new Map<string, Part[]>();

  add(symbol: string, quantity: number, at: number): void {
    put(this.traded, symbol, { at, quantity });
  }

  take(symbol: string, quantity: number, at: number): void {
    put(this.own, symbol, { at, quantity });
  }

  lastMinute(symbol: string, now: number): number {
    return since(this.traded, symbol, now);
  }

  taken(symbol: string, now: number): number {
    return since(this.own, symbol, now);
  }
}

function put(parts: Map<string, Part[]>, symbol: string, part: Part): void {
  const list = parts.get(symbol);
  if (!list) parts.set(symbol, [part]);
  else {
    while (list[0] && list[0].at <= part.at - MINUTE) list.shift();
    list.push(part);
  }
}

const since = (parts: Map<string, Part[]>, symbol: string, now: number): number =>
  (parts.get(symbol) ?? []).reduce((sum, { at, quantity }) => (at > now - MINUTE ? sum + quantity : sum), 0);
