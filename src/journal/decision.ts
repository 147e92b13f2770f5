import { createHash } from 'node:crypto';
import { UNTRUSTED_DOMAIN, type AbstainReason, type Action, type Stance, type Step, type Vote } from '../model/opinion.js';
import type { Strength, Verdict } from '../model/verdict.js';

export interface OpinionRecord {
  readonly agent_id: string;
  readonly name: string;
  readonly signal: Stance;
  readonly confidence: number;
  readonly weight: number;
  readonly fault_domain: string;
  readonly reason?: AbstainReason;
  readonly reasoning: readonly string[];
  readonly target_price?: number;
  readonly stop_loss?: number;
  readonly cites?: readonly string[];
  readonly step?: Step;
  readonly round?: number;
}

export type VerdictRecord = {
  readonly kind: 'decided';
  readonly action: Action;
  readonly confidence: number;
  readonly agreement: number;
  readonly strength: Strength;
  readonly threshold: number;
  readonly fault_domains: number;
  readonly tolerated_faults: number;
  readonly support: Readonly<Record<Action, number>>;
} | { readonly kind: 'too-few'; readonly fault_domains: number; readonly needed: number };

/** What came of a run, without clocks: the same opinions give the same text, whatever their order. */
export interface DecisionRecord {
  /** By agent_id, then round and step. */
  readonly opinions: readonly OpinionRecord[];
  readonly verdict: VerdictRecord;
}

export const decisionRecord = (votes: readonly Vote[], verdict: Verdict): DecisionRecord => ({
  opinions: votes.map(opinionRecord).sort(byPlace),
  verdict: verdictRecord(verdict),
});

/** SHA-256 of the record's JSON, hexadecimal. Records from `decisionRecord` have their fields in one order. */
export const decisionHash = (record: DecisionRecord): string => createHash('sha256').update(JSON.stringify(record)).digest('hex');

/** The votes that a decision was made of, to decide again; how long each took is not kept (0). */
export const votesFrom = ({ opinions }: DecisionRecord): Vote[] => opinions.map((record) => ({
  agentId: record.agent_id, name: record.name, signal: record.signal, confidence: record.confidence,
  weight: record.weight, faultDomain: record.fault_domain, latencyMs: 0, reasoning: record.reasoning,
  ...(record.reason !== undefined && { reason: record.reason }),
  ...(record.target_price !== undefined && { targetPrice: record.target_price }),
  ...(record.stop_loss !== undefined && { stopLoss: record.stop_loss }),
  ...(record.cites !== undefined && { cites: record.cites }),
  ...(record.step !== undefined && { step: record.step }),
  ...(record.round !== undefined && { round: record.round }),
  ...(record.fault_domain === UNTRUSTED_DOMAIN && { untrusted: true }),
}));

const opinionRecord = (vote: Vote): OpinionRecord => ({
  agent_id: vote.agentId, name: vote.name, signal: vote.signal, confidence: vote.confidence,
  weight: vote.weight, fault_domain: vote.faultDomain,
  ...(vote.reason !== undefined && { reason: vote.reason }),
  reasoning: vote.reasoning,
  ...(vote.targetPrice !== undefined && { target_price: vote.targetPrice }),
  ...(vote.stopLoss !== undefined && { stop_loss: vote.stopLoss }),
  ...(vote.cites !== undefined && { cites: vote.cites }),
  ...(vote.step !== undefined && { step: vote.step }),
  ...(vote.round !== undefined && { round: vote.round }),
});

const verdictRecord = (verdict: Verdict): VerdictRecord => {
  if (verdict.kind === 'too-few') return { kind: verdict.kind, fault_domains: verdict.faultDomains, needed: verdict.needed };
  const { kind, action, confidence, agreement, strength, threshold, faultDomains, toleratedFaults, support } = verdict;
  return {
    kind, action, confidence, agreement, strength, threshold, fault_domains: faultDomains, tolerated_faults: toleratedFaults,
    support: { BUY: support.BUY, SELL: support.SELL, HOLD: support.HOLD },
  };
};

const byPlace = (one: OpinionRecord, other: OpinionRecord): number =>
  compared(one.agent_id, other.agent_id) || compared(one.round ?? 0, other.round ?? 0) || compared(one.step ?? '', other.step ?? '');

const compared = <T extends string | number>(one: T, other: T): number => (one < other ? -1 : one > other ? 1 : 0);
