import type { Candle } from '../../model/candle.js';

export interface Merged<Source> {
  readonly source: Source;
  readonly candle: Candle;
}

/** Several ordered streams as one, by `knownAt`; where equal, in the order of the sources. One candle of each is held. */
export async function* mergeByKnownAt<Source>(
  sources: readonly Source[],
  open: (source: Source) => AsyncGenerator<Candle, void, undefined>,
): AsyncGenerator<Merged<Source>, void, undefined> {
  const streams = sources.map((source) => ({ source, rows: open(source), head: null as Candle | null }));
  try {
    for (const stream of streams) stream.head = (await stream.rows.next()).value ?? null;
    for (;;) {
      let first: (typeof streams)[number] | null = null;
      for (const stream of streams) {
        if (stream.head && (!first?.head || stream.head.knownAt < first.head.knownAt)) first = stream;
      }
      if (!first?.head) return;
      yield { source: first.source, candle: first.head };
      first.head = (await first.rows.next()).value ?? null;
    }
  } finally {
    for (const { rows } of streams) await rows.return();
  }
}
