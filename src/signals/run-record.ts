import type { Transaction } from 'kysely';
import { JUDGE } from '../analysts/deliberation.js';
import type { Seat } from '../analysts/panel.js';
import type { Config } from '../config/config.js';
import type { CallLog } from '../journal/call-log.js';
import { decisionRecord } from '../journal/decision.js';
import { inputsRecord, type SeatRecord } from '../journal/inputs-record.js';
import type { RunInputs } from '../journal/run-inputs.js';
import type { Vote } from '../model/opinion.js';
import type { Schema } from '../storage/schema.js';
import { requesterOf, type Run } from './run.js';
import type { Signal } from './signal.js';
import type { FlowRecord } from './signal.flow.js';

/** Keeps what a signal was built from, so that it can be built again. */
export class RunRecord implements FlowRecord {
  private readonly seats: ReadonlyMap<string, SeatRecord>;

  constructor(
    private readonly calls: Pick<CallLog, 'stored'>,
    private readonly inputs: RunInputs,
    seats: readonly Seat[],
    private readonly config: Pick<Config, 'consensus' | 'panel'>,
  ) {
    const models = new Map(config.panel.seats.flatMap((seat) => (seat.kind === 'model' ? [[seat.id, seat.model]] : [])));
    this.seats = new Map(seats.map(({ id, name, kind = 'rule', rule, weight, faultDomain }) => {
      const model = models.get(id);
      return [id, { id, name, kind, ...(rule !== undefined && { rule }), ...(model !== undefined && { model }), weight, faultDomain }];
    }));
  }

  callsStored(runId: string): Promise<void> {
    return this.calls.stored(runId);
  }

  /** Of a replayed file and rules alone nothing: the file gives the same again by itself (docs/adr/0013). */
  async keep(tx: Transaction<Schema>, run: Run, { view, votes, verdict }: Signal): Promise<void> {
    const seats = votes.flatMap((vote) => this.seatOf(vote) ?? []);
    if (view.source === 'replay' && seats.every(({ kind }) => kind === 'rule')) return;
    const { threshold, minConfidence, minDomains } = this.config.consensus;
    const rest = { runId: run.runId, depth: run.depth, requester: requesterOf(run), seats, rules: { threshold, minConfidence, minDomains } };
    await this.inputs.insert(tx, inputsRecord(view, rest), decisionRecord(votes, verdict));
  }

  /** Who voted and has no seat by configuration sat there from afar; the judge comes with the models. */
  private seatOf({ agentId, name, weight, faultDomain, step }: Vote): SeatRecord | null {
    if (agentId === JUDGE && step === JUDGE) return null;
    return this.seats.get(agentId) ?? { id: agentId, name, kind: 'remote', weight, faultDomain };
  }
}
