import { Link } from '@tanstack/react-router';
import { fullTime, money, number } from '../format.js';
import { Fact } from '../ui/fact.js';
import type { Call } from './call.js';

const ROLES: Readonly<Record<string, string>> = { system: 'Instructions', user: 'Question', assistant: 'Earlier reply' };

/** JSON laid out where it is that, else as it came. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // a model may say anything
  }
}

function Said({ title, text, open = false }: { readonly title: string; readonly text: string; readonly open?: boolean }) {
  return (
    <details open={open} className="rounded-md border border-line bg-surface">
      <summary className="px-3 py-1.5 text-sm font-medium">{title} <span className="text-xs font-normal text-muted">{number(text.length, 0)} characters</span></summary>
      <pre tabIndex={0} role="region" aria-label={title} className="max-h-96 overflow-auto border-t border-line px-3 py-2 font-mono text-xs break-words whitespace-pre-wrap">{text}</pre>
    </details>
  );
}

/** What was asked and said, and what it took. */
export function CallDetail({ call }: { readonly call: Call }) {
  const { messages, reply, error, params, model_returned: returned, endpoint, mode, prompt, requester, as_of: asOf, started_at: startedAt, tokens, usd, attempt, call_id: id, run_id: run } = call;
  const { temperature, seed, max_tokens: most } = params;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="min-w-0 space-y-2">
        {error !== null && <p className="rounded-md border border-warn/45 bg-warn-ground px-3 py-1.5 text-sm break-words text-warn">{error}</p>}
        {reply === null ? <p className="text-sm text-muted">There was no reply.</p> : <Said title="Reply" text={laidOut(reply)} open />}
        {messages.map(({ role, content }, at) => <Said key={at} title={ROLES[role] ?? role} text={content} />)}
      </div>
      <dl className="self-start text-sm">
        <Fact label="Began"><time dateTime={startedAt}>{fullTime(startedAt)}</time></Fact>
        <Fact label="Market time"><time dateTime={asOf}>{fullTime(asOf)}</time></Fact>
        <Fact label="Answered by">{returned ?? '–'}</Fact>
        <Fact label="Endpoint">{endpoint}</Fact>
        <Fact label="Format">{mode}</Fact>
        <Fact label="Prompt file"><span className="text-xs break-all">{prompt}</span></Fact>
        <Fact label="Attempt">{attempt}</Fact>
        <Fact label="Temperature">{typeof temperature === 'number' ? number(temperature, 1) : '–'}</Fact>
        <Fact label="Seed">{typeof seed === 'number' ? String(seed) : '–'}</Fact>
        <Fact label="Most tokens">{typeof most === 'number' ? number(most, 0) : '–'}</Fact>
        <Fact label="Tokens read, written">{number(tokens.prompt, 0)}, {number(tokens.completion, 0)}</Fact>
        <Fact label="Dollars">{money(usd, 'USD', 5)}</Fact>
        <Fact label="For">{requester}</Fact>
        <Fact label="Run"><Link to="/ai-logs" search={{ run_id: run, period: '1y' }} className="font-mono text-xs break-all text-accent underline-offset-2 hover:underline">{run}</Link></Fact>
        <Fact label="Call"><span className="font-mono text-xs break-all">{id}</span></Fact>
      </dl>
    </div>
  );
}
