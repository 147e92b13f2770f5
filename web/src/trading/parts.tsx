import type { ReactNode } from 'react';
import { change, dayTime, fullTime, hourMinute, money } from '../format.js';
import { useConnection } from '../live.js';
import { Badge, type Tone } from '../ui/badge.js';
import { isLive } from './live-mark.js';
import type { Gate, TradingState } from './types.js';
import { detailWord, gateWord, statusWord } from './words.js';

const STATE_TONES: Readonly<Record<TradingState, Tone>> = { ACTIVE: 'buy', REDUCING: 'warn', HALTED: 'sell' };
const STATE_SIGNS: Readonly<Record<TradingState, string>> = { ACTIVE: '●', REDUCING: '◐', HALTED: '■' };

export const StateBadge = ({ state }: { readonly state: TradingState }) => <Badge tone={STATE_TONES[state]}><span aria-hidden>{STATE_SIGNS[state]}</span>{state}</Badge>;

/** Whose money it is: nobody's, a broker's paper, or real. */
export function MoneyBadge({ broker }: { readonly broker: string }) {
  const { feed } = useConnection();
  const live = isLive({ broker });
  return (
    <span className="inline-flex flex-wrap gap-1">
      <Badge tone={live ? 'sell' : 'plain'} title={live ? 'Real money, at Alpaca' : broker === 'paper' ? 'No real money: the paper broker of this server' : 'No real money: a paper account at Alpaca'}>{live ? 'LIVE' : 'PAPER'}</Badge>
      {feed?.simulated && <Badge tone="warn" title="Prices are made up by the server’s simulated feed">SIMULATED</Badge>}
    </span>
  );
}

const toneOf = (value: number | null): string => (value === null || value === 0 ? '' : value > 0 ? 'text-buy' : 'text-sell');
const signed = (value: number): string => (value > 0 ? '+' : '');

/** What was won or lost, with its sign. */
export const Gain = ({ of, currency }: { readonly of: number | null; readonly currency: string }) => (
  <span className={toneOf(of)}>{of === null ? '–' : `${signed(of)}${money(of, currency)}`}</span>
);

/** In percent points, with its sign. */
export const Change = ({ points }: { readonly points: number | null }) => <span className={toneOf(points)}>{change(points)}</span>;

const SIDE_SIGNS: Readonly<Record<string, readonly [Tone, string]>> = { long: ['buy', '▲'], buy: ['buy', '▲'], short: ['sell', '▼'], sell: ['sell', '▼'] };

/** long, short, buy or sell. */
export function SideBadge({ side }: { readonly side: string }) {
  const [tone, sign] = SIDE_SIGNS[side] ?? ['plain', ''];
  return <Badge tone={tone}><span aria-hidden>{sign}</span>{side}</Badge>;
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  filled: 'buy', done: 'buy', approved: 'buy', refused: 'sell', rejected: 'sell', failed: 'sell', waiting_approval: 'warn', waiting: 'warn', drifted: 'warn',
};

export const StatusBadge = ({ status }: { readonly status: string }) => <Badge tone={STATUS_TONES[status] ?? 'plain'}>{statusWord(status)}</Badge>;

/** Which gate refused, in words, and with its own. */
export const Refusal = ({ gate }: { readonly gate: Gate }) => (
  <span className="text-xs">
    <span className="font-medium text-sell" title={gate.code}>{gateWord(gate.code)}.</span> <span className="text-muted">{detailWord(gate.detail)}</span>
  </span>
);

/** A quantity with as many decimals as it has, eight at most. */
export const quantity = (value: number | null): string => (value === null ? '–' : new Intl.NumberFormat(navigator.languages, { maximumFractionDigits: 8 }).format(value));

/** A price with as many decimals as prices of its size have. */
export const priced = (value: number | null | undefined): string =>
  (value == null ? '–' : new Intl.NumberFormat(navigator.languages, { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 10 ? 5 : 2 }).format(value));

/** A time; on narrow screens without its day, which the title has. */
export const Moment = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={fullTime(at)}><span className="max-sm:hidden">{dayTime(at)}</span><span className="sm:hidden">{hourMinute(at)}</span></time>
);

/** A section with its name. */
export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="panel min-w-0">
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-1.5">
        <h2 className="eyebrow">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
