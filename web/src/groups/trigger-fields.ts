import type { TriggerKind } from './shapes.js';

/** How a field of a trigger's configuration is asked for, and what its text becomes. */
export interface ConfigField {
  /** Below `config`; `when.left` lies in an object. */
  readonly name: string;
  readonly label: string;
  readonly as: 'text' | 'number' | 'list' | 'flag' | 'number or text' | readonly string[];
  readonly hint?: string;
  readonly initial?: string;
  readonly placeholder?: string;
  readonly symbols?: boolean;
}

export const KIND_WORDS: Readonly<Record<TriggerKind, { readonly label: string; readonly says: string }>> = {
  price_move: { label: 'Price move', says: 'When a price has moved by so many percent.' },
  indicator: { label: 'Indicator', says: 'When a condition on closed candles turns true.' },
  signal: { label: 'Signal of the panel', says: 'For each signal of the panel, while it is valid.' },
  schedule: { label: 'Schedule', says: 'At each time of a cron pattern.' },
  feed: { label: 'News feed', says: 'For each new entry of an RSS or Atom document.' },
  webhook: { label: 'Webhook', says: 'For each signed POST request.' },
  external: { label: 'Program of your own', says: 'For each event that a program sends over its connection.' },
};

const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;

export const COMMON_FIELDS: readonly ConfigField[] = [
  { name: 'priority', label: 'Priority', as: 'number', initial: '5', hint: '1 to 10, the most urgent' },
  { name: 'tags', label: 'Tags', as: 'list', hint: 'Separated by commas' },
];

export const KIND_FIELDS: Readonly<Record<TriggerKind, readonly ConfigField[]>> = {
  price_move: [
    { name: 'symbols', label: 'Symbols', as: 'list', symbols: true, hint: 'Separated by commas' },
    { name: 'change_pct', label: 'Percent', as: 'number', initial: '1', hint: 'From 0.01' },
    { name: 'window_s', label: 'Within seconds', as: 'number', hint: '5 to 86400; without: since the last event' },
    { name: 'direction', label: 'Direction', as: ['both', 'up', 'down'] },
    { name: 'cooldown_s', label: 'Pause after an event, seconds', as: 'number', initial: '60' },
  ],
  indicator: [
    { name: 'symbol', label: 'Symbol', as: 'text', symbols: true },
    { name: 'interval', label: 'Interval', as: INTERVALS },
    { name: 'when.left', label: 'Value', as: 'text', initial: 'rsi14', hint: 'close, rsi14, ema12, macd, …' },
    { name: 'when.op', label: 'Condition', as: ['crosses_below', 'crosses_above', 'below', 'above'] },
    { name: 'when.right', label: 'Number or other value', as: 'number or text', initial: '30' },
  ],
  signal: [
    { name: 'symbols', label: 'Symbols', as: 'list', symbols: true, hint: 'Without: all' },
    { name: 'actions', label: 'Actions', as: 'list', initial: 'BUY, SELL', hint: 'BUY, SELL, HOLD; without: all' },
    { name: 'min_confidence', label: 'Least confidence', as: 'number', hint: '0 to 1' },
    { name: 'min_strength', label: 'Least strength', as: ['', 'MODERATE', 'STRONG', 'UNANIMOUS'] },
  ],
  schedule: [
    { name: 'cron', label: 'Cron pattern', as: 'text', placeholder: '*/15 9-16 * * 1-5', hint: 'Five fields, or six with seconds first' },
    { name: 'timezone', label: 'Time zone', as: 'text', initial: 'UTC', hint: 'Such as Europe/Berlin' },
    { name: 'title', label: 'Title of its events', as: 'text' },
    { name: 'catch_up', label: 'Make up for the last time that was missed', as: 'flag' },
  ],
  feed: [
    { name: 'url', label: 'Address', as: 'text', placeholder: 'https://news.example/rss' },
    { name: 'every_s', label: 'Look every seconds', as: 'number', initial: '300' },
    { name: 'match', label: 'One of these words', as: 'list', hint: 'Separated by commas; without: all entries' },
    { name: 'symbols', label: 'About one of these symbols', as: 'list', symbols: true },
    { name: 'initial', label: 'Entries at the first look', as: 'number', initial: '0' },
  ],
  webhook: [
    { name: 'title', label: 'Title of its events', as: 'text' },
    { name: 'event_type', label: 'Type of its events', as: 'text', initial: 'immediate' },
    { name: 'per_minute', label: 'At most a minute', as: 'number', initial: '60' },
  ],
  external: [],
};

const listOf = (text: string): string[] => text.split(',').map((each) => each.trim()).filter((each) => each !== '');
const number = (text: string): number | string => (Number.isFinite(Number(text)) ? Number(text) : text);

function valueOf({ as }: ConfigField, text: string): unknown {
  if (as === 'flag') return text === 'on' ? true : undefined;
  if (text === '') return undefined;
  if (as === 'number' || as === 'number or text') return number(text);
  if (as === 'list') return listOf(text);
  return text;
}

/** The configuration that was typed; what is empty is left out, and the server has its default. */
export function configOf(fields: readonly ConfigField[], text: (name: string) => string): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, text(field.name).trim());
    const [outer, inner] = field.name.split('.') as [string, string?];
    if (inner !== undefined) config[outer] = { ...(config[outer] as object | undefined), ...(value !== undefined && { [inner]: value }) };
    else if (value !== undefined) config[outer] = value;
  }
  return config;
}

/** A stored value as it is typed. */
export function typedOf(config: Readonly<Record<string, unknown>>, { name, initial = '' }: ConfigField): string {
  const [outer, inner] = name.split('.') as [string, string?];
  const whole = config[outer];
  const value = inner === undefined ? whole : (whole as Record<string, unknown> | undefined)?.[inner];
  if (value === undefined) return initial;
  if (value === null || value === false) return '';
  return Array.isArray(value) ? value.join(', ') : value === true ? 'on' : String(value as string | number);
}

/** A configuration in a line. */
export function configWords(kind: TriggerKind, config: Readonly<Record<string, unknown>>): string {
  const word = (name: string): string => String(config[name] ?? '');
  const list = (name: string): string => (Array.isArray(config[name]) ? (config[name] as string[]).join(', ') : '');
  const when = (config['when'] ?? {}) as Record<string, unknown>;
  switch (kind) {
    case 'price_move': return `${list('symbols')} by ${word('change_pct')} %${config['window_s'] == null ? '' : ` in ${word('window_s')} s`}${config['direction'] === 'both' ? '' : `, ${word('direction')}`}`;
    case 'indicator': return `${word('symbol')} ${word('interval')}: ${String(when['left'])} ${String(when['op']).replace('_', ' ')} ${String(when['right'])}`;
    case 'signal': return `${list('symbols') || 'all symbols'}${list('actions') === '' ? '' : `, ${list('actions')}`}`;
    case 'schedule': return `${word('cron')} ${word('timezone')}`;
    case 'feed': return `${word('url')}, every ${word('every_s')} s`;
    case 'webhook': return `at most ${word('per_minute')} a minute`;
    case 'external': return 'connects by its token';
  }
}
