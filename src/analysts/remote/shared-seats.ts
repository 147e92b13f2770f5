import { randomUUID } from 'node:crypto';
import { abstain, type Opinion } from '../../model/opinion.js';
import type { Channels } from '../../storage/channels.js';
import type { RemoteIdentity } from './analyst-tokens.js';
import type { RemoteLine } from './remote-analyst.js';
import type { RemoteSeats, SeatReport } from './remote-seats.js';
import { requestText } from './remote-view.js';

const ALL = 'analysts';
const inbox = (node: string): string => `analysts:${node}`;
const EVERY_MS = 1000;
/** A node that has not been heard for so long has no analysts any more. */
const FORGET_MS = 4000;

type Word =
  | { readonly kind: 'here'; readonly node: string; readonly analysts: readonly SeatReport[] }
  | { readonly kind: 'entered'; readonly node: string; readonly agentId: string }
  | { readonly kind: 'revoked'; readonly agentId: string };
type Letter =
  | { readonly kind: 'ask'; readonly from: string; readonly id: string; readonly agentId: string; readonly runId: string; readonly leftMs: number; readonly text: string }
  | { readonly kind: 'vote'; readonly id: string; readonly opinion: Opinion };

interface FarNode {
  heardAt: number;
  analysts: readonly SeatReport[];
  lines: readonly RemoteLine[];
}

/**
 * Remote analysts of the whole cluster: each node says every second who is connected to it, and asks those of others
 * through their node. What is lost on the way is a vote that did not come in time.
 */
export class SharedSeats {
  private readonly nodes = new Map<string, FarNode>();
  private readonly waiting = new Map<string, (opinion: Opinion) => void>();
  private timer: NodeJS.Timeout | undefined;

  /** @param clock monotonic milliseconds */
  constructor(private readonly seats: RemoteSeats, private readonly channels: Channels, private readonly node: string, private readonly clock: () => number) {}

  async start(): Promise<void> {
    await this.channels.listen(ALL, (text) => this.hear(JSON.parse(text) as Word));
    await this.channels.listen(inbox(this.node), (text) => this.read(JSON.parse(text) as Letter));
    this.seats.onChange((entered) => {
      if (entered !== null) this.say({ kind: 'entered', node: this.node, agentId: entered });
      this.tell();
    });
    this.timer = setInterval(() => {
      this.tell();
      this.forget();
    }, EVERY_MS);
    this.timer.unref();
    this.tell();
  }

  stop(): void {
    clearInterval(this.timer);
    this.say({ kind: 'here', node: this.node, analysts: [] });
  }

  /** Its connection ends, wherever it is. */
  revoke(agentId: string): void {
    this.say({ kind: 'revoked', agentId });
  }

  /** Those of other nodes. */
  get far(): readonly SeatReport[] {
    return [...this.nodes.values()].flatMap(({ analysts }) => analysts);
  }

  private tell(): void {
    this.say({ kind: 'here', node: this.node, analysts: this.seats.hereNow });
  }

  private say(word: Word): void {
    this.channels.publish(ALL, JSON.stringify(word));
  }

  private hear(word: Word): void {
    if (word.kind === 'revoked') return this.seats.close(word.agentId, 'TOKEN_INVALID', 'The token was revoked');
    if (word.node === this.node) return;
    if (word.kind === 'entered') return this.seats.close(word.agentId, 'REPLACED', 'The same token has connected again, to another node: this connection is over');
    const known = this.nodes.get(word.node);
    const ids = (analysts: readonly SeatReport[]): string => JSON.stringify(analysts.map(({ identity }) => identity));
    const same = known !== undefined && ids(known.analysts) === ids(word.analysts);
    const lines = same ? known.lines : word.analysts.map(({ identity }) => this.lineTo(word.node, identity));
    this.nodes.set(word.node, { heardAt: this.clock(), analysts: word.analysts, lines });
    if (!same) this.seat();
  }

  private forget(): void {
    const before = this.nodes.size;
    for (const [node, { heardAt }] of this.nodes) if (this.clock() - heardAt > FORGET_MS) this.nodes.delete(node);
    if (this.nodes.size !== before) this.seat();
  }

  private seat(): void {
    this.seats.setFar([...this.nodes.values()].flatMap(({ lines }) => lines));
  }

  private lineTo(node: string, identity: RemoteIdentity): RemoteLine {
    return {
      identity,
      ask: (view, { runId, deadline }, signal) => new Promise((resolve) => {
        const id = randomUUID();
        const leftMs = Math.max(0, deadline - this.clock());
        this.waiting.set(id, resolve);
        signal.addEventListener('abort', () => this.waiting.delete(id), { once: true });
        const letter: Letter = { kind: 'ask', from: this.node, id, agentId: identity.agentId, runId, leftMs, text: requestText(runId, Date.now() + leftMs, view) };
        this.channels.publish(inbox(node), JSON.stringify(letter));
      }),
    };
  }

  private read(letter: Letter): void {
    if (letter.kind === 'vote') {
      this.waiting.get(letter.id)?.(letter.opinion);
      this.waiting.delete(letter.id);
      return;
    }
    const { from, id, agentId, runId, leftMs, text } = letter;
    const answer = (opinion: Opinion): void => this.channels.publish(inbox(from), JSON.stringify({ kind: 'vote', id, opinion } satisfies Letter));
    const asked = this.seats.askWith(agentId, runId, text, this.clock() + leftMs, AbortSignal.timeout(Math.ceil(leftMs)));
    if (asked) void asked.then(answer);
    else answer(abstain('UNAVAILABLE', 'The analyst has just gone.'));
  }
}
