import type { Transaction } from 'kysely';
import type { Panel } from '../analysts/panel.js';
import type { Config } from '../config/config.js';
import { decide } from '../consensus/decide.js';
import type { EffectiveVoters } from '../consensus/effective-voters.js';
import type { Knowledge } from '../knowledge/knowledge.js';
import type { Market } from '../market/market.js';
import type { MarketView } from '../model/market-view.js';
import type { Vote } from '../model/opinion.js';
import type { TooFew } from '../model/verdict.js';
import type { RoomLog } from '../rooms/room-log.js';
import { systemAlert } from '../rooms/system-alert.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { Schema } from '../storage/schema.js';
import { agentUpdate, voteSaid } from './agent-update.js';
import { Announcer } from './announcer.js';
import { endMessageId, requesterOf, voteIdsOf, type Run } from './run.js';
import type { RunStore } from './run-store.js';
import { signalFrom, type Signal } from './signal.js';
import type { SignalStore } from './signal-store.js';
import { validUntil } from './valid-until.js';

/** What is kept of a run beside its signal. */
export interface FlowRecord {
  /** Resolves when every model call of the run is stored: no signal is seen whose calls could be lost. */
  callsStored(runId: string): Promise<void>;
  /** In the signal's transaction. */
  keep(tx: Transaction<Schema>, run: Run, signal: Signal): Promise<void>;
}

export interface FlowNeeds {
  readonly market: Market;
  readonly knowledge: Knowledge;
  readonly panel: Panel;
  readonly correlation: EffectiveVoters;
  readonly writer: RoomWriter;
  readonly log: RoomLog;
  readonly runs: RunStore;
  readonly signals: SignalStore;
  readonly rules: Config['consensus'];
  readonly horizonBars: Config['market']['horizonBars'];
  readonly record: FlowRecord;
  /** Where several workers may have the same run: throws where it is another's by now. */
  readonly isMine?: (tx: Transaction<Schema>, run: Run) => Promise<void>;
  /** Aborts when the process cannot wait for the database any longer. */
  readonly giveUp: AbortSignal;
  /** A vote that could not be said when it landed; the run's end says it again. */
  readonly onFault: (error: Error) => void;
}

/** THE FLOW: view → panel → votes → verdict → signal, for live, replay and backtest alike. */
export class SignalFlow {
  constructor(private readonly needs: FlowNeeds) {}

  /** Resolves with the signal once it is stored and said, or with null where there were too few voters. */
  async run(run: Run): Promise<Signal | null> {
    const { market, knowledge, panel, writer, rules, isMine } = this.needs;
    const seen = market.view(run.symbol);
    const view: MarketView = Object.freeze({ ...seen, ...knowledge.about(seen) });
    const timestamp = new Date(view.asOf).toISOString();
    const announcer = new Announcer(writer, this.needs.onFault, isMine && ((tx) => isMine(tx, run)));

    const already = run.attempt > 1 ? await this.votesOfEarlierAttempt(run) : new Map<string, Vote>();
    const votes = await panel.ask(view, (vote) => announcer.add(agentUpdate(run, vote, view.asOf, timestamp)), {
      already, question: { runId: run.runId, depth: run.depth, requester: requesterOf(run) },
    });
    const verdict = decide(votes, rules);
    if (verdict.kind === 'too-few') {
      await this.end(run, announcer, tooFew(verdict, votes, timestamp, run));
      return null;
    }
    this.needs.correlation.observe(votes);
    panel.decided(votes, verdict);
    const signal = signalFrom(run, view, votes, verdict, { ...this.circumstances(view, votes), rules });
    await this.needs.record.callsStored(run.runId);
    await this.needs.signals.commit(run, signal, announcer.end(), this.needs.giveUp, (tx) => this.needs.record.keep(tx, run, signal));
    return signal;
  }

  /** Ends a run without a signal, and says why. */
  async fail(run: Run, code: string, message: string): Promise<void> {
    const timestamp = new Date(this.needs.market.now()).toISOString();
    await this.end(run, null, { level: 'error', code, message, symbol: run.symbol, run_id: run.runId, timestamp });
  }

  private async end(run: Run, announcer: Announcer | null, alert: Parameters<typeof systemAlert>[0]): Promise<void> {
    await this.needs.record.callsStored(run.runId);
    await this.needs.writer.sayUntilStored({
      store: (tx) => this.needs.runs.failed(tx, run, `${alert.code}: ${alert.message}`),
      messages: [...(announcer?.end() ?? []), ...systemAlert(alert, endMessageId(run.runId))],
    }, this.needs.giveUp);
  }

  private circumstances(view: MarketView, votes: readonly Vote[]): Pick<Signal, 'validUntil' | 'horizonBars' | 'effectiveVoters'> {
    const { horizonBars, correlation } = this.needs;
    const bars = horizonBars[view.interval];
    const closed = view.candles.at(-1)?.knownAt ?? view.asOf;
    const voters = votes.filter(({ signal, weight }) => signal !== 'ABSTAIN' && weight > 0).map(({ agentId }) => agentId);
    return {
      horizonBars: bars,
      validUntil: validUntil(closed, bars, view.interval, view.instrument),
      effectiveVoters: correlation.value(voters),
    };
  }

  /** What was said stands: its analysts are not asked again. */
  private async votesOfEarlierAttempt(run: Run): Promise<ReadonlyMap<string, Vote>> {
    const { panel, log } = this.needs;
    const said = await log.find(voteIdsOf(run.runId, panel.known(), panel.rounds));
    return new Map(said.map(voteSaid).filter(({ step }) => step !== 'bull' && step !== 'bear').map((vote) => [vote.agentId, vote]));
  }
}

const tooFew = ({ faultDomains, needed }: TooFew, votes: readonly Vote[], timestamp: string, run: Run): Parameters<typeof systemAlert>[0] => ({
  level: 'warning',
  code: 'TOO_FEW_DOMAINS',
  message: `${run.symbol}: no signal, ${faultDomains} of at least ${needed} voters had an opinion (${abstentions(votes)})`,
  symbol: run.symbol,
  run_id: run.runId,
  timestamp,
});

function abstentions(votes: readonly Vote[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of votes) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} × ${reason}`).join(', ') || 'nobody sits on the panel';
}
