import { cut } from '../../analysts/llm/quoted-data.js';
import { opens } from './opinion.js';
import type { Discussion, Spoken } from './discussion.js';
import type { Frame } from './heard.js';

/** The server takes frames of 64 KiB. */
const MOST_BYTES = 60 * 1024;
const LONGEST_SENTENCE = 600;

export const settled = (eventId: string): Frame => ({ type: 'ack', id: eventId });

/** What was said and decided, as `trading_group_discussions` keeps it. Sentences are cut where all of it would be too long for a frame. */
export function discussionLog(discussion: Discussion, dryRun: boolean): Frame {
  for (let longest = LONGEST_SENTENCE; ; longest = Math.floor(longest / 2)) {
    const frame = logOf(discussion, dryRun, (sentences) => sentences.map((each) => cut(each, longest)));
    if (longest < 20 || Buffer.byteLength(JSON.stringify(frame)) <= MOST_BYTES) return frame;
  }
}

function logOf({ situation: { group, event, symbol, missing }, voices, decision, timings }: Discussion, dryRun: boolean, said: (sentences: readonly string[]) => string[]): Frame {
  return {
    type: 'system', level: 'info', code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'discussion completed',
    detail: {
      group_id: group.groupId, event_id: event.id, correlation_id: event.correlationId, symbol,
      member_opinions: voices.map((voice) => opinionOnWire(voice, said)),
      decision: {
        action: decision.action, confidence: decision.confidence, target_price: decision.targetPrice, stop_loss: decision.stopLoss,
        reasoning: said(decision.reasoning), source: decision.source, ...(dryRun && { dry_run: true }),
      },
      timings: { members_ms: timings.members, leader_ms: timings.leader }, ...(missing.length > 0 && { missing }),
    },
  };
}

const opinionOnWire = ({ member, opinion }: Spoken, said: (sentences: readonly string[]) => string[]): Frame => ({
  member_id: member.memberId, name: member.name, role: member.role, signal: opinion.signal, confidence: opinion.confidence,
  reasoning: said(opinion.reasoning), source: opinion.source, ...(opinion.veto && { veto: true }), ...(opinion.factor !== undefined && { factor: opinion.factor }),
  ...(opinion.targetPrice !== undefined && { target_price: opinion.targetPrice }), ...(opinion.stopLoss !== undefined && { stop_loss: opinion.stopLoss }),
});

/** The decision as an order that is wanted; null where none is. The same event gives the same key, so that a repeat is no second order. */
export function postTrade({ situation: { group, event, symbol }, decision }: Discussion): Frame | null {
  const action = decision.action === 'CLOSE' ? 'CLOSE' : opens(decision.action);
  if (action === null) return null;
  const signal = {
    action, qty: 0, margin_usd: group.marginUsd, confidence: decision.confidence, target_price: decision.targetPrice, stop_loss: decision.stopLoss,
    ...(action === 'CLOSE' && group.positionMode === 'hedge' && decision.closes !== null && { side: decision.closes.toLowerCase() }),
  };
  return {
    type: 'event', event_type: 'post_trade', priority: event.priority, targets: ['trade_execution'], title: `[${group.name}] decision ready: ${action} ${symbol}`,
    payload: JSON.stringify({ source_id: group.name, symbol, signal }),
    condition: { domain: 'trade_decision', trace: { correlation_id: event.correlationId, idempotency_key: `${event.id}:${group.name}` } },
  };
}
