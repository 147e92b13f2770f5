import { number, percent } from '../format.js';
import { Stance } from '../signal-parts.js';
import { Badge, type Tone } from '../ui/badge.js';
import { roleWords, type Said } from './opinion.js';

const PANEL = new Set(['BUY', 'SELL', 'HOLD', 'ABSTAIN']);
const TONES: Readonly<Record<string, Tone>> = { LONG: 'buy', SHORT: 'sell', CLOSE: 'warn' };
const SIGNS: Readonly<Record<string, string>> = { LONG: '▲ ', SHORT: '▼ ', CLOSE: '✕ ' };

/** A stance of the panel, or an action of a group. */
const Word = ({ of }: { readonly of: string }) => (PANEL.has(of) ? <Stance of={of} /> : <Badge tone={TONES[of] ?? 'plain'}>{SIGNS[of] !== undefined && <span aria-hidden>{SIGNS[of]}</span>}{of.replaceAll('_', ' ')}</Badge>);

const initials = (name: string): string => name.split(/[\s_-]+/).map((word) => word[0] ?? '').join('').slice(0, 2).toUpperCase();

function Confidence({ of }: { readonly of: number }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-xs text-muted">
      <span aria-hidden className="h-1.5 w-14 overflow-hidden rounded-full bg-line"><span className="block h-full rounded-full bg-accent" style={{ width: `${of * 100}%` }} /></span>
      <span className="tabular-nums"><span className="sr-only">confidence </span>{percent(of)}</span>
    </span>
  );
}

const Reasons = ({ of }: { readonly of: readonly string[] }) => (
  <div className="mt-1 space-y-1 break-words">{of.map((reason, at) => <p key={at} className="whitespace-pre-line">{reason}</p>)}</div>
);

/** One member's opinion, as speech. */
export function Speech({ said }: { readonly said: Said }) {
  const { name, role, stance, confidence, reasons, veto, source } = said;
  return (
    <li data-speaker={name} className="flex gap-2.5">
      <span aria-hidden className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-full border border-line bg-raised text-xs font-semibold text-muted">{initials(name)}</span>
      <div className="min-w-0 max-w-3xl rounded-lg rounded-tl-none border border-line/70 bg-raised/70 px-3 py-2">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-semibold">{name}</span>
          {role !== null && roleWords(role).toLowerCase() !== name.toLowerCase() && <span className="text-xs text-muted">{roleWords(role)}</span>}
          {stance !== null && <Word of={stance} />}
          {veto && <Badge tone="sell">veto</Badge>}
          {confidence !== null && stance !== 'ABSTAIN' && <Confidence of={confidence} />}
          {source !== null && <span className="text-xs text-muted">{source}</span>}
        </div>
        <Reasons of={reasons} />
      </div>
    </li>
  );
}

/** What the leader made of it. */
export function Verdict({ said, leader, digits }: { readonly said: Said; readonly leader: string; readonly digits: number }) {
  const { stance, confidence, reasons, target, stop } = said;
  return (
    <div data-decision={stance ?? ''} className="flex flex-row-reverse gap-2.5">
      <span aria-hidden className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-full bg-accent text-xs font-semibold text-on-accent">{initials(leader)}</span>
      <div className="min-w-0 max-w-3xl rounded-lg rounded-tr-none border border-accent/50 bg-surface px-3 py-2">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-semibold">{leader}</span>
          <span className="text-xs text-muted">decides</span>
          {stance !== null && <Word of={stance} />}
          {confidence !== null && <Confidence of={confidence} />}
        </div>
        {(target !== null || stop !== null) && (
          <p className="mt-1 text-xs text-muted tabular-nums">{target !== null && <>target <span className="text-text">{number(target, digits)}</span></>}{target !== null && stop !== null && ' · '}{stop !== null && <>stop <span className="text-text">{number(stop, digits)}</span></>}</p>
        )}
        <Reasons of={reasons} />
      </div>
    </div>
  );
}
