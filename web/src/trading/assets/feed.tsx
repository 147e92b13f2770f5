import { fullTime, timeOfDay } from '../../format.js';
import { Badge } from '../../ui/badge.js';
import { Empty } from '../../ui/states.js';
import { Section } from '../parts.js';
import type { AssetBoard } from '../types.js';
import { actionWord } from '../words.js';

const toneOf = (action: string) => (action === 'open_long' ? 'buy' : action === 'open_short' || action === 'error' ? 'sell' : action.startsWith('close') ? 'warn' : 'plain');

/** What its agent did, newest first. */
export function Feed({ items }: { readonly items: AssetBoard['feed'] }) {
  return (
    <Section title="Actions">
      {items.length === 0 ? <Empty title="It has not acted yet.">Each cycle says what it did and why.</Empty> : (
        <ol aria-label="Actions, newest first" tabIndex={0} className="max-h-80 divide-y divide-line/60 overflow-y-auto">
          {items.map(({ timestamp, action, message }) => (
            <li key={`${timestamp} ${action}`} className="flex items-start gap-2 px-3 py-1.5 text-sm">
              <time dateTime={timestamp} title={fullTime(timestamp)} className="shrink-0 text-xs leading-5 text-muted tabular-nums">{timeOfDay(timestamp)}</time>
              <Badge tone={toneOf(action)}>{actionWord(action)}</Badge>
              <span className="min-w-0 text-muted">{message}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
