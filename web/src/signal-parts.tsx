import type { SignalUpdate } from 'conclave/client';
import { useMarketNow } from './clock.js';
import { fullTime, span } from './format.js';
import { Badge, toneOf } from './ui/badge.js';

const SIGNS: Readonly<Record<string, string>> = { BUY: '▲', SELL: '▼', HOLD: '■', ABSTAIN: '·' };

/** BUY, SELL, HOLD or ABSTAIN with its sign and colour. */
export const Stance = ({ of }: { readonly of: string }) => (
  <Badge tone={toneOf(of)}><span aria-hidden>{SIGNS[of] ?? ''}</span>{of}</Badge>
);

const STRENGTHS: Readonly<Record<string, string>> = { NONE: 'no quorum', MODERATE: 'moderate', STRONG: 'strong', UNANIMOUS: 'unanimous' };

/** A consensus' strength as a word. */
export const strengthWord = (strength: string): string => STRENGTHS[strength] ?? strength.toLowerCase();

/** How long ago by the market's clock, going on by itself. */
export function Age({ since }: { readonly since: string }) {
  const now = useMarketNow();
  return <time dateTime={since} title={fullTime(since)} className="tabular-nums">{span(now - Date.parse(since))}</time>;
}

export const isValid = ({ valid_until: until }: SignalUpdate, now: number): boolean => Date.parse(until) > now;
