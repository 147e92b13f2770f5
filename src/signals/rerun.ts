import { ruleAnalystsFrom } from '../analysts/analysts-from-seats.js';
import type { Analyst } from '../analysts/analyst.js';
import type { Deliberation } from '../analysts/deliberation.js';
import { Panel } from '../analysts/panel.js';
import { decide } from '../consensus/decide.js';
import { decisionHash, decisionRecord, votesFrom, type DecisionRecord } from '../journal/decision.js';
import { viewFrom, type InputsRecord } from '../journal/inputs-record.js';
import type { RunInputs } from '../journal/run-inputs.js';
import { CodedError } from '../model/codes.js';
import type { AbstainReason, Vote } from '../model/opinion.js';

/** A run built once more from its stored inputs, beside what it was. */
export interface Rerun {
  readonly runId: string;
  /** True: opinions and verdict are the same to the letter. */
  readonly same: boolean;
  readonly recordedHash: string;
  readonly hash: string;
  readonly recorded: DecisionRecord;
  readonly again: DecisionRecord;
  /** Who says something else now; `verdict` among them where it is another. */
  readonly differing: readonly string[];
}

/** The models of one run, answering from the log alone. */
export interface RecordedModels {
  readonly analysts: readonly Analyst[];
  readonly deliberation: Deliberation | null;
}

/** What hung on a clock or on a person far away cannot be built again: it stands as it was. */
const STANDS: ReadonlySet<AbstainReason | undefined> = new Set<AbstainReason | undefined>(['TIMEOUT', 'CANCELLED']);
const WITHIN_MS = 60_000;

/** Builds runs again: the rules from the view, the models from the log, remote analysts as they voted. */
export class Reruns {
  constructor(
    private readonly inputs: RunInputs,
    private readonly modelsOf: (runId: string) => RecordedModels,
  ) {}

  /** @throws NOT_FOUND where its inputs are not kept, or no longer. */
  async again(runId: string): Promise<Rerun> {
    const row = await this.inputs.find(runId);
    if (!row) throw new CodedError('NOT_FOUND', `There are no inputs of the run ${runId.slice(0, 64)}: it does not exist, ended without a signal, or came of a replayed file with rules alone, which gives the same signals again by itself`);
    if (row.swept) throw new CodedError('NOT_FOUND', `The inputs of the run ${runId} and the calls of its models were swept: they are kept for RUN_KEEP_DAYS, so it cannot be built again. Its decision had the hash ${row.decisionHash}`);
    const { inputs, decision: recorded } = row;
    const votes = await this.ask(inputs, votesFrom(recorded));
    const again = decisionRecord(votes, decide(votes, inputs.rules));
    const hash = decisionHash(again);
    return { runId, same: hash === row.decisionHash, recordedHash: row.decisionHash, hash, recorded, again, differing: differing(recorded, again) };
  }

  private ask(inputs: InputsRecord, recorded: readonly Vote[]): Promise<readonly Vote[]> {
    const { runId, depth, requester, seats } = inputs;
    const { analysts, deliberation } = this.modelsOf(runId);
    const rules = ruleAnalystsFrom(seats.flatMap(({ id, name, kind, rule, weight }) => (kind === 'rule' && rule !== undefined ? [{ id, name, kind, rule, weight }] : [])));
    const seated = seats.flatMap(({ id, weight }) => {
      const analyst = [...rules, ...analysts].find((each) => each.id === id);
      return analyst ? [weighing(analyst, weight)] : [];
    });
    const panel = new Panel(seated, WITHIN_MS, () => 0, undefined, { deliberation });
    const remote = new Set(seats.filter(({ kind }) => kind === 'remote').map(({ id }) => id));
    const given = recorded.filter(({ agentId, reason }) => remote.has(agentId) || STANDS.has(reason));
    return panel.ask(viewFrom(inputs), () => {}, { already: new Map(given.map((vote) => [vote.agentId, vote])), question: { runId, depth, requester } })
      .then((votes) => [...votes, ...given.filter(({ agentId }) => remote.has(agentId))]);
  }
}

/** With the weight that it had then. */
const weighing = (analyst: Analyst, weight: number): Analyst => {
  const { id, name, kind, faultDomain, warmUp, source } = analyst;
  return { id, name, ...(kind && { kind }), faultDomain, warmUp, source, weight, opine: (view, signal, question) => analyst.opine(view, signal, question) };
};

function differing(recorded: DecisionRecord, again: DecisionRecord): string[] {
  const before = new Map(recorded.opinions.map((opinion) => [opinion.agent_id, JSON.stringify(opinion)]));
  const after = new Map(again.opinions.map((opinion) => [opinion.agent_id, JSON.stringify(opinion)]));
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id)).sort();
  return JSON.stringify(recorded.verdict) === JSON.stringify(again.verdict) ? names : [...names, 'verdict'];
}
