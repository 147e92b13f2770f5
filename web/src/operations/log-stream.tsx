import { useState } from 'react';
import { fullTime, timeOfDay } from '../format.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { Field, Select } from '../ui/field.js';
import { Empty } from '../ui/states.js';
import type { Line } from './operations.js';

const LEVELS = ['info', 'warn', 'error', 'fatal'] as const;
const COLOURS: Readonly<Record<string, string>> = { info: 'text-muted', warn: 'text-warn', error: 'text-sell', fatal: 'text-sell' };

interface Request {
  readonly method?: string;
  readonly url?: string;
}
/** What stands beside the message, in short where it is a request that was answered. */
function contextWords(context: Line['context']): string {
  const { req, res, responseTime } = context as { readonly req?: Request; readonly res?: { readonly status?: number }; readonly responseTime?: number };
  if (req?.method !== undefined) return `${req.method} ${req.url ?? ''} ${res?.status ?? ''} ${responseTime === undefined ? '' : `${Math.round(responseTime)} ms`}`;
  return Object.keys(context).length === 0 ? '' : JSON.stringify(context);
}

function Row({ line: { node, level, time, message, context, dropped } }: { readonly line: Line }) {
  const words = contextWords(context);
  return (
    <li className="border-b border-line/50 px-3 py-1 last:border-0">
      {dropped !== undefined && <p className="text-xs text-warn">{dropped} lines before this one were too many to be sent</p>}
      <p className="flex flex-wrap items-baseline gap-x-3 font-mono text-xs">
        <time dateTime={time} title={`${fullTime(time)}, ${node}`} className="text-muted tabular-nums">{timeOfDay(time)}</time>
        <span className={`w-10 font-semibold uppercase ${COLOURS[level] ?? ''}`}>{level}</span>
        <span className="min-w-0 break-words">{message}</span>
        {words !== '' && <span className="min-w-0 break-all text-muted">{words}</span>}
      </p>
    </li>
  );
}

/** The log as it is written, the newest first. */
export function LogStream({ lines }: { readonly lines: readonly Line[] }) {
  const [least, setLeast] = useState<string>('info');
  const [text, setText] = useState('');
  const [held, setHeld] = useState<readonly Line[] | null>(null);
  const from = LEVELS.indexOf(least as (typeof LEVELS)[number]);
  const wanted = text.trim().toLowerCase();
  const shown = (held ?? lines).filter((line) => LEVELS.indexOf(line.level) >= from && (wanted === '' || `${line.message} ${contextWords(line.context)} ${line.node}`.toLowerCase().includes(wanted)));
  const missed = held === null ? 0 : lines.length - lines.indexOf(held.at(-1)!) - 1;
  return (
    <Card
      title="Log"
      aside={(
        <div className="flex flex-wrap items-center gap-2">
          <div className="w-28"><Select label="Least level" bare value={least} onChange={(event) => setLeast(event.target.value)}>{LEVELS.map((level) => <option key={level} value={level}>from {level}</option>)}</Select></div>
          <div className="w-40"><Field label="Search the log" bare type="search" placeholder="Search" value={text} onChange={(event) => setText(event.target.value)} /></div>
          <Button aria-pressed={held !== null} onClick={() => setHeld(held === null ? lines : null)}>{held === null ? 'Pause' : `Go on${missed > 0 ? ` (${missed} more)` : ''}`}</Button>
        </div>
      )}
    >
      <div tabIndex={0} role="region" aria-label="Lines of the log" className="max-h-[28rem] overflow-y-auto">
        {shown.length === 0 ? <Empty title={lines.length === 0 ? 'Nothing was logged yet.' : 'No line fits.'}>Shown is what is logged at LOG_LEVEL, from info up.</Empty> : (
          <ol aria-label="Log">{[...shown].reverse().map((line) => <Row key={`${line.node}${line.time}${line.message}${JSON.stringify(line.context)}`} line={line} />)}</ol>
        )}
      </div>
    </Card>
  );
}
