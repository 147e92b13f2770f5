import type { Decision } from '../groups/runner/opinion.js';
import type { SeatNow, Told } from '../groups/runner/told.js';
import { clean, fit, priceText, STANCE_COLOUR, type Paint } from './text.js';

const DECISION_COLOUR: Readonly<Record<string, string>> = { BUY: 'BUY', LONG: 'BUY', SELL: 'SELL', SHORT: 'SELL', CLOSE: 'HOLD' };
const coloured = (word: string, width: number, paint: Paint): string => paint(fit(word, width), STANCE_COLOUR[DECISION_COLOUR[word] ?? word] ?? 'dim');
const percent = (confidence: number): string => `${Math.round(100 * confidence)}%`.padStart(4);

/** What has happened, for a reader: each line with its time. */
export function groupLines(told: Told, now: number, paint: Paint): string[] {
  const time = new Date(now).toISOString().slice(11, 19);
  return textOf(told, paint).map((line, at) => `${at === 0 ? time : ' '.repeat(time.length)}  ${line}`);
}

function textOf(told: Told, paint: Paint): string[] {
  switch (told.type) {
    case 'connected': {
      const { name, symbol, leverage, marginUsd, positionMode } = told.group;
      if (told.again) return [`connected again as ${clean(name)}`];
      return [
        paint(`connected as ${clean(name)}: ${clean(symbol)}, ${marginUsd} USD × ${leverage}, ${positionMode}${told.dryRun ? '; dry run: nothing is traded' : ''}`, 'bold'),
        ...told.seats.map(seatText),
      ];
    }
    case 'config': return [`the group has changed: ${clean(told.group.symbol)}, ${told.group.marginUsd} USD × ${told.group.leverage}`, ...told.seats.map(seatText)];
    case 'waiting': return [`not connected${told.why && ` (${clean(told.why)})`}: again in ${(told.afterMs / 1000).toFixed(1)} s`];
    case 'event': return [`event    ${clean(told.event.title) || told.event.eventType} (${clean(told.event.sourceId)}, ${clean(told.symbol)}, priority ${told.event.priority})`];
    case 'opinion': {
      const { member, opinion } = told.spoken;
      return [`${fit(member.name, 20)} ${coloured(opinion.signal, 7, paint)} ${opinion.signal === 'ABSTAIN' ? '    ' : percent(opinion.confidence)} ${opinion.veto ? 'VETO ' : ''}${sentence(opinion.reasoning)}`];
    }
    case 'decision': return [`${fit('decision', 20)} ${coloured(told.discussion.decision.action, 8, paint)}${percent(told.discussion.decision.confidence)} ${decisionText(told.discussion.decision, told.dryRun)}`];
    case 'trade': return [`${fit('order', 20)} ${told.status}${told.orderId === null ? '' : ` ${told.orderId}`}${told.gate === null ? '' : ` by ${clean(told.gate)}`}${told.duplicate ? ' (it was sent before)' : ''}`];
    case 'refused': return [`${fit(told.what === 'log' ? 'discussion' : 'order', 20)} refused: ${clean(told.code)}${told.detail && `: ${clean(told.detail)}`}${told.again ? '; the event comes again' : ''}`];
    case 'order': {
      const { symbol, side, quantity, filledQuantity, averagePrice, status, gate } = told.order;
      return [`order    ${clean(symbol)} ${clean(side)} ${quantity}: ${clean(status)}${filledQuantity > 0 ? `, ${filledQuantity} filled${averagePrice === null ? '' : ` at ${priceText(averagePrice)}`}` : ''}${gate === null ? '' : ` by ${clean(gate)}`}`];
    }
    case 'note': return [clean(told.text)];
  }
}

const seatText = ({ name, role, source, why }: SeatNow): string =>
  `  ${fit(name, 20)} ${fit(role, 22)} ${source === 'nothing' ? 'abstains' : clean(source)}${why === undefined ? '' : ` (${clean(why)})`}`;

const decisionText = ({ targetPrice, stopLoss, reasoning }: Decision, dryRun: boolean): string => [
  ...(targetPrice === null ? [] : [`target ${priceText(targetPrice)},`]), ...(stopLoss === null ? [] : [`stop ${priceText(stopLoss)},`]), ...(dryRun ? ['dry run:'] : []), sentence(reasoning),
].join(' ');

const sentence = (reasoning: readonly string[]): string => clean(reasoning.join(' '));

/** The same as a line of JSON, names in `snake_case`. */
export function groupJson(told: Told, now: number): string {
  return JSON.stringify({ timestamp: new Date(now).toISOString(), ...dataOf(told) });
}

function dataOf(told: Told): object {
  switch (told.type) {
    case 'connected': return { type: told.type, group_id: told.group.groupId, group: told.group.name, symbol: told.group.symbol, dry_run: told.dryRun, again: told.again, seats: told.seats };
    case 'config': return { type: told.type, group_id: told.group.groupId, group: told.group.name, symbol: told.group.symbol, seats: told.seats };
    case 'waiting': return { type: told.type, after_ms: Math.round(told.afterMs), why: told.why };
    case 'event': return { type: told.type, event_id: told.event.id, correlation_id: told.event.correlationId, event_type: told.event.eventType, source_id: told.event.sourceId, priority: told.event.priority, title: told.event.title, symbol: told.symbol };
    case 'opinion': {
      const { spoken: { member, opinion }, event } = told;
      return { type: told.type, event_id: event.id, member_id: member.memberId, name: member.name, role: member.role, signal: opinion.signal, confidence: opinion.confidence, veto: opinion.veto ?? false, reasoning: opinion.reasoning, source: opinion.source };
    }
    case 'decision': {
      const { situation: { event, symbol }, decision } = told.discussion;
      return { type: told.type, event_id: event.id, correlation_id: event.correlationId, symbol, action: decision.action, confidence: decision.confidence, target_price: decision.targetPrice, stop_loss: decision.stopLoss, reasoning: decision.reasoning, source: decision.source, dry_run: told.dryRun };
    }
    case 'trade': return { type: told.type, event_id: told.event.id, order_id: told.orderId, status: told.status, duplicate: told.duplicate, gate: told.gate };
    case 'refused': return { type: told.type, event_id: told.event.id, what: told.what, code: told.code, detail: told.detail, again: told.again };
    case 'order': {
      const { orderId, symbol, side, quantity, filledQuantity, averagePrice, status, correlationId, gate } = told.order;
      return { type: 'order_update', order_id: orderId || null, correlation_id: correlationId, symbol, side, quantity, filled_quantity: filledQuantity, average_price: averagePrice, status, gate };
    }
    case 'note': return { type: told.type, text: told.text };
  }
}
