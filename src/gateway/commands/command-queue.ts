import { CodedError } from '../../model/codes.js';
import { requireScope } from '../auth/principal.js';
import { refusalOf } from '../refusal.js';
import type { Reply } from '../sessions/transport.js';
import type { Visitor } from '../sessions/visitor.js';
import type { Command } from './command.js';

/** A command as it came in, or why it is none. */
export type Incoming =
  | { readonly kind: 'command'; readonly type: string; readonly payload: unknown; readonly reply: Reply }
  | { readonly kind: 'bad'; readonly error: CodedError; readonly reply: Reply };

/** Commands of one connection, one after the other, each answered before the next begins. */
export class CommandQueue {
  private readonly waiting: (() => void | Promise<void>)[] = [];
  private busy = false;

  constructor(
    private readonly visitor: Visitor,
    private readonly table: Readonly<Record<string, Command>>,
    private readonly onFault: (error: Error) => void,
    /** What came before the client closed is done all the same. */
    private readonly toTheEnd = false,
  ) {}

  /** Something that goes before the commands that come after it, such as getting to know the client. */
  first(task: () => Promise<void>): void {
    this.enqueue(task);
  }

  take(incoming: Incoming): void {
    const { session } = this.visitor;
    session.heard();
    const waitMs = session.takeCommand();
    if (waitMs > 0) this.enqueue(() => this.refuseForNow(incoming.reply, waitMs));
    else if (incoming.kind === 'bad') this.enqueue(() => this.refuse(incoming.error, incoming.reply));
    else this.enqueue(() => this.perform(incoming));
  }

  private enqueue(task: () => void | Promise<void>): void {
    this.waiting.push(task);
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    for (let task = this.waiting.shift(); task; task = this.waiting.shift()) {
      if (this.visitor.session.isClosed && !(this.toTheEnd && this.leftByItself)) this.waiting.length = 0;
      else {
        const done = task();
        if (done) await done;
      }
    }
    this.busy = false;
  }

  /** The server has not thrown it out; a connection that was replaced was its own. */
  private get leftByItself(): boolean {
    const { endedWith } = this.visitor.session;
    return endedWith === null || endedWith === 'REPLACED';
  }

  private async perform({ type, payload, reply }: Extract<Incoming, { kind: 'command' }>): Promise<void> {
    const { session } = this.visitor;
    try {
      const command = Object.hasOwn(this.table, type) ? this.table[type]! : null;
      if (!command) throw new CodedError('UNKNOWN_TYPE', `There is no command ${JSON.stringify(type.slice(0, 40))}; there are: ${Object.keys(this.table).join(', ')}`);
      if (command.scope !== null) this.requireScope(command.scope);
      const { data, kind, after, abandoned } = await command.perform(this.visitor, payload);
      if (session.isClosed) return abandoned?.();
      reply.ok(data, kind);
      after?.();
    } catch (error) {
      this.refuse(refusalOf(error, this.onFault), reply);
    }
  }

  private requireScope(scope: NonNullable<Command['scope']>): void {
    const { principal } = this.visitor.session;
    if (!principal) throw new CodedError('UNAUTHENTICATED', 'Send {"type":"authenticate","token":"…"} first, or connect with a token');
    requireScope(principal, scope);
  }

  private refuse(error: CodedError, reply: Reply): void {
    const { session } = this.visitor;
    reply.error(error);
    if (!BAD_FRAMES.has(error.code)) {
      if (error.code === 'RATE_LIMITED') this.countRefusal();
    } else if (session.offences.badFrame(performance.now())) {
      session.endWith(new CodedError(error.code, 'Too many frames that are no command: see the protocol, then connect again'));
    }
  }

  private refuseForNow(reply: Reply, waitMs: number): void {
    reply.error(new CodedError('RATE_LIMITED', `Too many commands: wait ${waitMs} ms`, [], { retry_after_ms: waitMs }));
    this.countRefusal();
  }

  private countRefusal(): void {
    const { session } = this.visitor;
    if (session.offences.refused(performance.now())) session.end('RATE_LIMITED', 'Too many commands went on coming: connect again, and send fewer');
  }
}

const BAD_FRAMES: ReadonlySet<string> = new Set(['BAD_JSON', 'BINARY_UNSUPPORTED', 'UNKNOWN_TYPE', 'VALIDATION_ERROR']);
