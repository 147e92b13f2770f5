import type { AgentDetail, AgentUpdate, Gap, Message, SignalUpdate } from '../client/index.js';
import { clean, fit, priceText, STANCE_COLOUR } from './text.js';
import type { Paint } from './text.js';
import { isSimulated } from '../model/price-update.js';

const sourceText = (source: string): string => (isSimulated(source) ? 'SIMULATED' : source);
const sentences = (reasoning: readonly string[] | string | undefined): string => clean([reasoning ?? []].flat().join(' '));
const stance = (signal: string, paint: Paint): string => paint(fit(signal, 7), STANCE_COLOUR[signal] ?? 'dim');

/** One vote on one line. */
export function voteLine(id: string, vote: AgentUpdate | AgentDetail, paint: Paint): string {
  const confidence = vote.signal === 'ABSTAIN' ? '    ' : vote.confidence.toFixed(2);
  const reason = 'reason' in vote && vote.reason !== undefined ? `${vote.reason} ` : '';
  return `${fit(id, 20)} ${stance(vote.signal, paint)} ${confidence}  ${reason}${sentences(vote.reasoning)}`.trimEnd();
}

/** A signal as sentences. */
export function verdictLines(signal: SignalUpdate, paint: Paint): string[] {
  const { agents_consensus: c, metadata, probability } = signal;
  const levels = [
    `price ${priceText(signal.price)} ${sourceText(signal.source)}`,
    metadata.target_price == null ? null : `target ${priceText(metadata.target_price)}`,
    metadata.stop_loss == null ? null : `stop ${priceText(metadata.stop_loss)}`,
    probability === null || probability === undefined ? null : `probability ${probability.value.toFixed(2)} (${probability.low.toFixed(2)} to ${probability.high.toFixed(2)})`,
    `valid until ${signal.valid_until}`,
  ];
  return [
    `${stance(signal.action, paint).trimEnd()} ${signal.symbol} with confidence ${signal.confidence.toFixed(2)}: ${c.consensus_strength}, ` +
      `agreement ${c.agreement.toFixed(2)} of ${c.threshold.toFixed(2)} needed, fault domains ${c.fault_domains}, tolerated faults ${c.tolerated_faults}`,
    `  ${levels.filter((level) => level !== null).join(', ')}`,
    ...(metadata.reasoning ?? []).map((reason) => `  why      ${clean(reason)}`),
    ...(metadata.dissent ?? []).map((reason) => `  dissent  ${clean(reason)}`),
  ];
}

/** One message on one line, for pipes and logs; null where it says nothing to a reader. */
export function eventLine(message: Message, paint: Paint): string | null {
  const line = content(message, paint);
  if (line === null) return null;
  const marks = [message.snapshot === true ? 'snapshot' : '', message.replayed === true ? 'replayed' : ''].filter(Boolean).map((mark) => ` (${mark})`);
  return `${(message.timestamp ?? '').slice(11, 23).padEnd(12)}  ${line}${marks.join('')}`;
}

function content(message: Message, paint: Paint): string | null {
  switch (message.type) {
    case 'welcome': return null;
    case 'position': return null;
    case 'gap': return null; // the client reports it, whatever its cause
    case 'price_update': {
      const { symbol, price, change_pct, source } = message.data;
      return `${fit(symbol, 9)} price   ${priceText(price)} ${sourceText(source)}${typeof change_pct === 'number' ? ` ${change_pct.toFixed(2)} %` : ''}`;
    }
    case 'agent_update': return `${fit(message.data.symbol, 9)} vote    ${voteLine(message.data.agent_id, message.data, paint)}`;
    case 'signal_update': return `${fit(message.data.symbol, 9)} signal  ${verdictLines(message.data, paint)[0] ?? ''}`;
    case 'system_alert': return `${fit(message.data.symbol ?? 'system', 9)} ${message.data.level.padEnd(7)} ${message.data.code}: ${clean(message.data.message)}`;
    default: return `${fit((message as { room?: string }).room ?? '', 9)} ${(message as { type: string }).type} ${JSON.stringify((message as { data: unknown }).data)}`;
  }
}

export const gapLine = ({ room, epoch, from, to, reason }: Gap): string =>
  `gap in ${room}: ${from === null ? `everything up to ${to} of epoch ${epoch}` : `${from} to ${to}`} is missing (${reason})`;
