import { ConclaveError, type ListedApproval } from '../client/index.js';
import { approvalLine, approvalLines, approvalTable } from './approval-view.js';
import { connectTo, explain, type ServerOptions } from './connecting.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { rest } from './rest.js';
import { complain, say, type Terminal } from './terminal.js';
import type { Paint } from './text.js';
import { answered } from './token.js';

export interface ApprovalOptions extends ServerOptions {
  readonly json: boolean;
}
export interface ListOptions extends ApprovalOptions {
  readonly status: string;
  readonly account?: string;
  readonly watch: boolean;
}
export interface AnswerOptions extends ApprovalOptions {
  readonly yes: boolean;
  /** That was shown before; without it, of what is shown now. */
  readonly hash?: string;
  readonly note?: string;
}
export interface EditOptions extends AnswerOptions {
  readonly quantity?: string;
  readonly limit?: string;
  readonly stopPrice?: string;
  readonly target?: string;
  readonly stop?: string;
  readonly timeInForce?: string;
}

const PATH = '/api/approvals';
const ANY = 'any';

export async function listApprovals(options: ListOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> {
  const listed = await answered(terminal, async () => {
    const query = new URLSearchParams({ ...(options.status !== ANY && { status: options.status }), ...(options.account !== undefined && { account: options.account }), limit: '500' });
    const { items } = await rest(options, 'GET', `${PATH}?${query.toString()}`) as { items: readonly ListedApproval[] };
    if (options.json) for (const item of items) say(terminal, JSON.stringify(item));
    else if (items.length === 0) say(terminal, options.status === 'waiting' ? 'Nothing waits for a person' : 'There are none');
    else for (const line of approvalTable(items, paint)) say(terminal, line);
  });
  return listed === EXIT.done && options.watch ? follow(options, terminal) : listed;
}

export const showApproval = (id: string, options: ApprovalOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  print(await fetched(id, options), options, terminal);
});

export const approve = (id: string, options: AnswerOptions, terminal: Terminal): Promise<ExitCode> => decide(id, 'approve', {}, options, terminal);
export const reject = (id: string, options: AnswerOptions, terminal: Terminal): Promise<ExitCode> => decide(id, 'reject', {}, options, terminal);

export function edit(id: string, options: EditOptions, terminal: Terminal): Promise<ExitCode> {
  const level = (text: string | undefined): string | null | undefined => (text === 'none' ? null : text);
  const edits = {
    ...(options.quantity !== undefined && { quantity: options.quantity }), ...(options.limit !== undefined && { limit_price: options.limit }),
    ...(options.stopPrice !== undefined && { stop_price: options.stopPrice }), ...(options.target !== undefined && { target: level(options.target) }),
    ...(options.stop !== undefined && { stop: level(options.stop) }), ...(options.timeInForce !== undefined && { time_in_force: options.timeInForce }),
  };
  if (Object.keys(edits).length === 0) {
    complain(terminal, 'name what to change: --quantity, --limit, --stop-price, --target, --stop or --time-in-force');
    return Promise.resolve(EXIT.usage);
  }
  return decide(id, 'edit', { edits }, options, terminal);
}

/** Shows it, asks, and sends the hash of what was shown. */
const decide = (id: string, decision: 'approve' | 'edit' | 'reject', more: { readonly edits?: object }, options: AnswerOptions, terminal: Terminal): Promise<ExitCode> =>
  answered(terminal, async () => {
    const shown = await fetched(id, options);
    if (options.hash !== undefined && !(options.hash.length >= 8 && shown.hash.startsWith(options.hash))) {
      throw new ConclaveError('HASH_MISMATCH', `It is not what was shown under ${options.hash}: look at it again with \`approvals show ${id}\``, false);
    }
    if (!options.json) print(shown, options, terminal);
    if (!options.yes) {
      if (!terminal.ask) {
        complain(terminal, 'nobody can be asked here: add --yes');
        return EXIT.usage;
      }
      const changes = more.edits ? ` with ${JSON.stringify(more.edits)}` : '';
      if (!/^y(es)?$/i.test((await terminal.ask(`${decision}${changes}? [y/N] `)).trim())) {
        say(terminal, 'Nothing was sent');
        return EXIT.interrupted;
      }
    }
    const became = await rest(options, 'POST', `${PATH}/${encodeURIComponent(id)}`, { decision, hash: shown.hash, ...more, ...(options.note !== undefined && { note: options.note }) }) as ListedApproval;
    if (options.json) return say(terminal, JSON.stringify(became));
    say(terminal, became.status === 'waiting' && decision === 'edit' ? 'Changed. Somebody must approve what it is now:' : `It is ${became.status} now.`);
    if (decision === 'edit') print(became, options, terminal);
    else if (became.note !== undefined) say(terminal, approvalLine(became));
  });

const fetched = async (id: string, options: ServerOptions): Promise<ListedApproval> => await rest(options, 'GET', `${PATH}/${encodeURIComponent(id)}`) as ListedApproval;

function print(approval: ListedApproval, { json }: ApprovalOptions, terminal: Terminal): void {
  if (json) say(terminal, JSON.stringify(approval));
  else for (const line of approvalLines(approval)) say(terminal, line);
}

/** Each change as a line, until Ctrl-C. */
async function follow(options: ListOptions, terminal: Terminal): Promise<ExitCode> {
  let end: (error: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => (end = resolve));
  if (terminal.interrupted.aborted) end(null);
  terminal.interrupted.addEventListener('abort', () => end(null), { once: true });
  const client = connectTo(options, { onState: (state) => { if (state.name === 'closed') end(state.cause); } });
  client.on('approval_update', (message) => {
    const approval = message.data;
    if (options.account === undefined || approval.account_id === options.account) say(terminal, options.json ? JSON.stringify(message) : approvalLine(approval));
  });
  const began = client.ready().then(() => client.subscribe({ room: 'approvals' })).then(() => {
    if (!options.json) say(terminal, 'Following the room approvals; Ctrl-C ends it');
    return ended;
  }, (error: unknown) => error);
  const failure = await Promise.race([ended, began]);
  client.close();
  return failure === null ? EXIT.done : explain(failure, terminal);
}
