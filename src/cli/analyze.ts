import type { Depth } from '../model/trigger.js';
import type { AgentUpdate, ConclaveClient, Message, SignalUpdate, SystemAlert } from '../client/index.js';
import { ConclaveError } from '../client/index.js';
import { connectTo, explain } from './connecting.js';
import type { ServerOptions } from './connecting.js';
import { EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { verdictLines, voteLine } from './lines.js';
import { complain, PIPE_CLOSED, say } from './terminal.js';
import type { Terminal } from './terminal.js';
import { clean } from './text.js';
import type { Paint } from './text.js';

export interface AnalyzeOptions extends ServerOptions {
  readonly depth?: Depth;
  readonly json: boolean;
  /** Seconds from start to verdict. */
  readonly timeout: number;
}

type RunMessage = Message & { readonly data: AgentUpdate | SignalUpdate | SystemAlert };

/** Asks for one run and prints its votes as they land, then its verdict. */
export async function analyze(symbol: string, options: AnalyzeOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> {
  const report = options.json ? jsonReport(terminal) : textReport(terminal, paint);
  const run = new RunFollower((message) => report.message(message));
  const stopped = new Stop(options.timeout * 1000, terminal.interrupted);
  let fail: (cause: ConclaveError) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (fail = reject));
  const client = connectTo(options, {
    onMessage: (message) => run.hear(message),
    onState: (state) => state.name === 'closed' && state.cause !== null && fail(state.cause),
    commandTimeoutMs: options.timeout * 1000,
  });
  try {
    const begun = ask(client, symbol, options.depth).then((accepted) => {
      report.begun(accepted.symbol, accepted.run_id, accepted.shared);
      run.begin(accepted.run_id);
      return run.ended;
    });
    const end = await Promise.race([begun, stopped.reason, lost]);
    if (end === 'timeout') {
      const where = client.state.name === 'open' ? 'the run has not ended' : 'the connection is broken';
      complain(terminal, `no signal for ${symbol} within ${options.timeout} s: ${where}. Allow more with --timeout`);
      return EXIT.timeout;
    }
    if (end === 'interrupted') return terminal.interrupted.reason === PIPE_CLOSED ? EXIT.done : EXIT.interrupted;
    if (end.type === 'signal_update') return EXIT.done;
    complain(terminal, `no signal: ${end.data.code}: ${clean(end.data.message)}`);
    return EXIT.noSignal;
  } catch (error) {
    return explain(error, terminal);
  } finally {
    stopped.clear();
    client.close();
  }
}

/** Joins the room first, so that a broken connection resumes the run; asks again where the answer was lost. */
async function ask(client: ConclaveClient, symbol: string, depth: Depth | undefined): ReturnType<ConclaveClient['analyze']> {
  await client.ready();
  await client.subscribe(symbol);
  for (;;) {
    try {
      return await client.analyze(symbol, depth);
    } catch (error) {
      if (!(error instanceof ConclaveError) || error.code !== 'CONNECTION_LOST') throw error;
    }
  }
}

/** The messages of one run, those too that arrived before its id was known. */
class RunFollower {
  #runId: string | null = null;
  #early: RunMessage[] = [];
  #end: (message: Extract<Message, { type: 'signal_update' | 'system_alert' }>) => void = () => undefined;
  readonly ended = new Promise<Extract<Message, { type: 'signal_update' | 'system_alert' }>>((resolve) => (this.#end = resolve));

  constructor(private readonly said: (message: RunMessage) => void) {}

  hear(message: Message): void {
    if (message.type !== 'agent_update' && message.type !== 'signal_update' && message.type !== 'system_alert') return;
    if (this.#runId === null) this.#early.push(message);
    else if (message.data.run_id === this.#runId) this.#take(message);
  }

  begin(runId: string): void {
    this.#runId = runId;
    for (const message of this.#early.splice(0)) this.hear(message);
  }

  #take(message: RunMessage): void {
    this.said(message);
    if (message.type === 'signal_update' || message.type === 'system_alert') this.#end(message);
  }
}

/** Whatever ends the waiting from outside. */
class Stop {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly reason: Promise<'timeout' | 'interrupted'>;

  constructor(ms: number, interrupted: AbortSignal) {
    this.reason = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve('timeout'), ms);
      if (interrupted.aborted) resolve('interrupted');
      interrupted.addEventListener('abort', () => resolve('interrupted'), { once: true });
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

interface Report {
  begun(symbol: string, runId: string, shared: boolean): void;
  message(message: RunMessage): void;
}

const jsonReport = (terminal: Terminal): Report => ({
  begun: () => undefined,
  message: (message) => say(terminal, JSON.stringify(message)),
});

function textReport(terminal: Terminal, paint: Paint): Report {
  const voted = new Set<string>();
  const vote = (id: string, line: string): void => {
    voted.add(id);
    say(terminal, `  ${line}`);
  };
  return {
    begun: (symbol, runId, shared) => say(terminal, `${paint(symbol, 'bold')}  run ${runId}${shared ? ' (under way already)' : ''}`),
    message: (message) => {
      if (message.type === 'agent_update') vote(message.data.agent_id, voteLine(message.data.agent_id, message.data, paint));
      if (message.type !== 'signal_update') return;
      // votes of a run that had begun before we came
      for (const [id, detail] of Object.entries(message.data.agents_consensus.agent_details)) {
        if (!voted.has(id)) vote(id, voteLine(id, detail, paint));
      }
      for (const line of verdictLines(message.data, paint)) say(terminal, line);
    },
  };
}
