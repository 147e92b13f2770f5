import { CodedError, type Code } from '../../model/codes.js';
import type { FlushLoop } from '../../rooms/flush-loop.js';
import { Outbox } from '../../rooms/outbox.js';
import { Packet } from '../../rooms/packet.js';
import type { Principal } from '../auth/principal.js';
import type { Config } from '../../config/config.js';
import { AnalyzeLimit } from '../limits/analyze-limit.js';
import { Offences } from '../limits/offences.js';
import { TokenBucket } from '../limits/token-bucket.js';
import type { Transport } from './transport.js';

/** `setTimeout`'s longest wait. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Answers that were asked for and did not come let no flood through. */
const MOST_DUE = 100;

/** One connected client, whatever its transport. */
export class Session {
  readonly outbox: Outbox;
  // made when first needed: most clients never ask for anything
  private analyzeLimit: AnalyzeLimit | null = null;
  private misdeeds: Offences | null = null;
  private bucket: TokenBucket | null = null;
  private answersDue = 0;
  private readonly closing: (() => void)[] = [];
  private who: Principal | null = null;
  private expiry: NodeJS.Timeout | undefined;
  private identified: (() => void) | null = null;
  private closed = false;
  /** Monotonic milliseconds of the last sign of life. */
  lastHeard = performance.now();
  lastPing = performance.now();
  /** The code with which the server ended the connection; null where the client left. */
  endedWith: Code | null = null;

  constructor(
    readonly id: string,
    readonly clientId: string,
    readonly transport: Transport,
    loop: FlushLoop,
    private readonly limits: Config['limits'],
  ) {
    this.outbox = new Outbox(transport, loop, limits, () => this.end('SLOW_CONSUMER', 'You do not read fast enough: connect again and resume from your last offsets'));
  }

  get analyses(): AnalyzeLimit {
    return (this.analyzeLimit ??= new AnalyzeLimit(this.limits.analyzePerMinute));
  }

  get offences(): Offences {
    return (this.misdeeds ??= new Offences(this.limits));
  }

  /** null until it has authenticated, where that is required. */
  get principal(): Principal | null {
    return this.who;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  heard(): void {
    this.lastHeard = performance.now();
  }

  /** It was asked for something: the answer does not count towards its limit. */
  expectAnswer(): void {
    this.answersDue = Math.min(MOST_DUE, this.answersDue + 1);
  }

  /** Milliseconds to wait before the next command; 0: it may go. */
  takeCommand(): number {
    if (this.answersDue > 0) {
      this.answersDue -= 1;
      return 0;
    }
    const { commandsPerSecond, commandBurst } = this.limits;
    const now = performance.now();
    return (this.bucket ??= new TokenBucket(commandsPerSecond, commandBurst, now)).take(now);
  }

  /** From now on the client is this one, until the token expires. Without one it has 10 s to say who it is. */
  identify(principal: Principal | null): void {
    this.who = principal;
    clearTimeout(this.expiry);
    if (principal !== null && this.identified) {
      this.identified();
      this.identified = null;
    }
    if (principal === null) {
      this.expiry = setTimeout(() => this.end('UNAUTHENTICATED', 'No token came in time: connect with one, or send `authenticate` first'), this.limits.authenticateWithinMs);
    } else if (principal.expiresAt !== null) {
      this.expireAt(principal.expiresAt);
    }
  }

  /** Runs once it is known who this is, at once where it is. */
  onceIdentified(then: () => void): void {
    if (this.who !== null) then();
    else this.identified = then;
  }

  say(type: string, data: unknown): void {
    this.outbox.push(Packet.loose(type, JSON.stringify(data), new Date().toISOString()));
  }

  /** Runs when the connection has gone, or at once where it has. */
  onClose(then: () => void): void {
    if (this.closed) then();
    else this.closing.push(then);
  }

  /** Ends the connection with a code. */
  end(code: Code, message: string): void {
    this.endWith(new CodedError(code, message));
  }

  endWith(error: CodedError): void {
    if (this.closed) return;
    this.endedWith = error.code;
    this.outbox.flush();
    this.transport.end(error);
    this.disconnected();
  }

  /** The connection has gone. */
  disconnected(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.expiry);
    this.outbox.close();
    for (const then of this.closing) then();
  }

  private expireAt(time: number): void {
    const rest = time - Date.now();
    this.expiry = setTimeout(() => {
      if (rest > LONGEST_TIMER) this.expireAt(time);
      else this.end('TOKEN_EXPIRED', 'Your token has expired: connect with a new one (or send `authenticate` before it does)');
    }, Math.min(Math.max(rest, 0), LONGEST_TIMER));
  }
}
