import type { ConclaveClient, ConclaveError } from '../client/index.js';
import { connectTo, explain } from './connecting.js';
import type { ServerOptions } from './connecting.js';
import { EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { Statistics } from './statistics.js';
import { PIPE_CLOSED } from './terminal.js';
import type { Terminal } from './terminal.js';
import type { Paint } from './text.js';
import { jsonView, lineView, tableView } from './watch-view.js';
import type { WatchView } from './watch-view.js';

export interface WatchOptions extends ServerOptions {
  readonly json: boolean;
  /** Seconds, then it ends. */
  readonly for?: number;
  /** New signals, then it ends. */
  readonly signals?: number;
}

/** Follows symbols until Ctrl-C, `--for`, `--signals` or a close for good; statistics at the end. */
export async function watch(symbols: readonly string[], options: WatchOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> {
  const statistics = new Statistics(terminal.now());
  const view = options.json ? jsonView(statistics, terminal)
    : terminal.stdout.isTTY === true ? tableView(symbols, options.url, statistics, terminal, paint)
    : lineView(statistics, terminal, paint);
  const end = new End(options.for, terminal.interrupted);
  let signalsLeft = options.signals ?? Infinity;
  const client = connectTo(options, {
    onMessage: (message) => {
      if (end.isReached) return;
      statistics.add(message, terminal.now());
      view.message(message);
      if (message.type === 'signal_update' && message.snapshot !== true && --signalsLeft === 0) end.reach(null);
    },
    onGap: (gap) => {
      statistics.gaps += 1;
      view.gap(gap);
    },
    onError: (error) => view.note(`${error.code}: ${error.message}`),
    onState: (state) => {
      if (state.name === 'closed') return end.reach(state.cause);
      if (state.name === 'open') statistics.reconnects = state.reconnects;
      view.state(state);
    },
  });
  const failure = await Promise.race([end.reached, begin(client, symbols, view).then(() => end.reached, (error: unknown) => error)]);
  end.reach(null);
  client.close();
  view.end(statistics.total > 0 && terminal.interrupted.reason !== PIPE_CLOSED);
  return failure === null ? EXIT.done : explain(failure, terminal);
}

async function begin(client: ConclaveClient, symbols: readonly string[], view: WatchView): Promise<void> {
  await client.ready();
  const rooms = await client.subscribe(symbols);
  for (const { room } of rooms) {
    const symbol = room.slice('symbol:'.length);
    client.analyze(symbol).catch(({ code, message }: ConclaveError) => {
      if (code !== 'CLOSED') view.note(`no analysis of ${symbol} was asked for: ${code}: ${message}`);
    });
  }
}

/** When watching is over: null for a wanted end, else why. The first one counts. */
class End {
  isReached = false;
  #resolve: (cause: ConclaveError | null) => void = () => undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly reached = new Promise<ConclaveError | null>((resolve) => (this.#resolve = resolve));

  constructor(seconds: number | undefined, interrupted: AbortSignal) {
    if (seconds !== undefined) this.#timer = setTimeout(() => this.reach(null), seconds * 1000);
    if (interrupted.aborted) this.reach(null);
    interrupted.addEventListener('abort', () => this.reach(null), { once: true });
  }

  reach(cause: ConclaveError | null): void {
    this.isReached = true;
    clearTimeout(this.#timer);
    this.#resolve(cause);
  }
}
