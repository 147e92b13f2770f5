import WebSocket from 'ws';
import { isPrice, loggedFrame, type Kind, type LoggedFrame } from './logged-frame.js';

/** What a client tells the swarm. */
export interface SwarmEvents {
  /** In order or not: the client has counted it. */
  logged(frame: LoggedFrame, client: SwarmClient): void;
  /** It is in its room and has all that it missed. */
  back(client: SwarmClient, awayMs: number): void;
  gone(client: SwarmClient, code: number): void;
}

interface Joined {
  readonly epoch: string;
  readonly offset: number;
  readonly recovered: boolean;
  readonly replayed: number;
}

/** One client in one room, over a raw socket or Socket.IO's protocol spoken by hand. It counts offsets and keeps nothing. */
export class SwarmClient {
  private ws: WebSocket | null = null;
  private epoch: string | null = null;
  /** The offset up to which it has the room; -1 before it first joined. */
  position = -1;
  private backAt: number | null = null;
  /** `performance.now()` when its connection went; null where it stands and is whole. */
  private goneAt: number | null = performance.now();
  url = '';
  missing = 0;
  duplicates = 0;
  /** Rejoined without all that it missed. */
  unrecovered = 0;
  prices = 0;
  lastPriceAt = 0;

  constructor(readonly kind: Kind, readonly room: string, private readonly events: SwarmEvents) {}

  get whole(): boolean {
    return this.goneAt === null;
  }

  /** Also before it is in its room. */
  get connected(): boolean {
    return this.ws !== null;
  }

  /** Local port of its connection. */
  get port(): number {
    return (this.ws as unknown as { _socket?: { localPort?: number } })._socket?.localPort ?? 0;
  }

  /** @param url of a node, `http://…` */
  connect(url: string): void {
    this.url = url;
    const path = this.kind === 'raw' ? '/ws/signals' : '/socket.io/?EIO=4&transport=websocket';
    const ws = (this.ws = new WebSocket(url.replace('http', 'ws') + path, { perMessageDeflate: false, skipUTF8Validation: true }));
    ws.on('message', (data) => this.take(data as Buffer));
    ws.on('error', () => undefined); // 'close' follows
    ws.on('close', (code) => {
      if (this.ws !== ws) return;
      this.ws = null;
      this.goneAt ??= performance.now();
      this.events.gone(this, code);
    });
    if (this.kind === 'raw') ws.on('open', () => ws.send(JSON.stringify({ type: 'subscribe', id: 's', ...this.asks() })));
  }

  /** Stops reading, with all that follows from that. */
  pause(): void {
    this.ws?.pause();
  }

  resume(): void {
    this.ws?.resume();
  }

  close(): void {
    const { ws } = this;
    this.ws = null;
    ws?.terminate();
  }

  private asks(): object {
    const { room, epoch, position } = this;
    return { room, ...(epoch === null ? {} : { since: { epoch, offset: position } }) };
  }

  private take(frame: Buffer): void {
    const logged = loggedFrame(frame, this.kind);
    if (logged) {
      if (logged.room === this.room) this.count(logged);
    } else if (isPrice(frame, this.kind)) {
      this.prices += 1;
      this.lastPriceAt = performance.now();
    } else if (this.kind === 'raw') this.takeRaw(frame);
    else this.takeSocketIo(frame);
  }

  private takeRaw(frame: Buffer): void {
    const text = frame.toString('latin1', 0, 48);
    if (text.startsWith('{"type":"ack"')) this.joined((JSON.parse(frame.toString()) as { data: { rooms: [Joined] } }).data.rooms[0]);
    else if (text.startsWith('{"type":"error"') && text.includes('"id":"s"')) this.ws?.terminate(); // refused: it tries again
  }

  private takeSocketIo(frame: Buffer): void {
    const text = frame.toString('latin1', 0, 12);
    if (text === '2') this.ws?.send('3');
    else if (text.startsWith('0{')) this.ws?.send('40');
    else if (text.startsWith('40{')) this.ws?.send(`421${JSON.stringify(['subscribe', this.asks()])}`);
    else if (text.startsWith('431[')) {
      const [answer] = JSON.parse(frame.toString('utf8', 3)) as [{ ok: boolean; data: { rooms: [Joined] } }];
      if (answer.ok) this.joined(answer.data.rooms[0]);
      else this.ws?.terminate();
    } else if (text.startsWith('44')) this.ws?.terminate();
  }

  private joined({ epoch, offset, recovered, replayed }: Joined): void {
    if (this.epoch === null) this.position = offset;
    else if (!recovered || epoch !== this.epoch || offset !== this.position) {
      this.unrecovered += 1;
      this.missing += Math.max(0, offset - this.position);
      this.position = offset;
    }
    this.epoch = epoch;
    this.backAt = offset + replayed;
    this.checkBack();
  }

  private count(frame: LoggedFrame): void {
    const { offset } = frame;
    if (offset <= this.position) this.duplicates += 1;
    else {
      this.missing += offset - this.position - 1;
      this.position = offset;
    }
    this.events.logged(frame, this);
    if (this.backAt !== null) this.checkBack();
  }

  private checkBack(): void {
    if (this.backAt === null || this.position < this.backAt) return;
    this.backAt = null;
    const awayMs = performance.now() - (this.goneAt ?? performance.now());
    this.goneAt = null;
    this.events.back(this, awayMs);
  }
}
