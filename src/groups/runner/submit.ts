import type { Frame } from './heard.js';
import type { Line } from './line.js';

export interface Submitted {
  readonly kind: 'taken';
  readonly answer: Frame;
}
type Sent = Submitted | { readonly kind: 'refused'; readonly code: string; readonly detail: string; readonly retryable: boolean } | { readonly kind: 'stopped' };

const MOST_TRIES = 4;
const FIRST_WAIT_MS = 250;
/** Refused for now, where the answer itself does not say. */
const PASSES = new Set(['STORE_UNAVAILABLE', 'NOT_READY', 'RATE_LIMITED', 'DRAINING']);

/** Sends a frame and waits for its answer; again where the refusal passes. `stopped`: the line is over. */
export async function submit(line: Pick<Line, 'ask'>, frame: Frame, stopped: AbortSignal): Promise<Sent> {
  for (let nth = 1; ; nth += 1) {
    const answer = await line.ask(frame);
    if (answer === null) return { kind: 'stopped' };
    if (answer['ok'] === true) return { kind: 'taken', answer };
    const code = typeof answer['message'] === 'string' ? answer['message'] : 'refused';
    const retryable = typeof answer['retryable'] === 'boolean' ? answer['retryable'] : PASSES.has(code.toUpperCase());
    if (!retryable || nth === MOST_TRIES) return { kind: 'refused', code, detail: detailOf(answer), retryable };
    const wait = typeof answer['retry_after_ms'] === 'number' ? answer['retry_after_ms'] : FIRST_WAIT_MS * 4 ** (nth - 1);
    if (!(await slept(wait, stopped))) return { kind: 'stopped' };
  }
}

const detailOf = ({ detail }: Frame): string => (Array.isArray(detail)
  ? (detail as { path?: unknown; message?: unknown }[]).map(({ path, message }) => `${path ? `${String(path)}: ` : ''}${String(message)}`).join('; ')
  : detail === undefined ? '' : JSON.stringify(detail));

/** False where it was ended early. */
const slept = (ms: number, signal: AbortSignal): Promise<boolean> => new Promise((resolve) => {
  if (signal.aborted) return resolve(false);
  const end = (): void => { clearTimeout(timer); resolve(false); };
  const timer = setTimeout(() => { signal.removeEventListener('abort', end); resolve(true); }, ms);
  signal.addEventListener('abort', end, { once: true });
});
