import { useMarketNow } from '../../clock.js';
import { timeOfDay } from '../../format.js';
import type { Approval } from '../types.js';

const URGENT_MS = 60_000;

const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : minutes}:${String(seconds % 60).padStart(2, '0')}`;
};

/** How long it still waits, by the market's clock. */
export function Countdown({ approval: { expires_at: at } }: { readonly approval: Approval }) {
  const left = Date.parse(at) - useMarketNow();
  const over = left <= 0;
  return (
    <p role="timer" className={`flex items-baseline justify-between px-3 py-1.5 text-sm ${left <= URGENT_MS ? 'bg-warn-ground text-warn' : 'text-muted'}`}>
      <span>{over ? 'Its time has passed' : 'Expires in'}</span>
      <span className="tabular-nums" title={`at ${timeOfDay(at)}, market time`}>{!over && <strong className="text-base font-semibold">{clock(left)}</strong>}</span>
    </p>
  );
}
