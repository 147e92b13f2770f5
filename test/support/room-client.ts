import type { CodedError } from '../../src/model/codes.js';
import { Session } from '../../src/gateway/sessions/session.js';
import { Subscriptions, type JoinedRoom } from '../../src/gateway/sessions/subscriptions.js';
import type { Transport } from '../../src/gateway/sessions/transport.js';
import type { Position } from '../../src/rooms/message.js';
import type { Outgoing } from '../../src/rooms/outbox.js';
import { Packet } from '../../src/rooms/packet.js';
import { RecordingWire } from './recording-wire.js';
import type { RoomWorld, SaidRun } from './room-world.js';

export const LIMITS = {
  heartbeatIntervalMs: 30_000, heartbeatTimeoutMs: 60_000, queueMessages: 12, queueBytes: 100_000, maxConnections: 10,
  maxConnectionsPerIp: 10, maxSubscriptions: 10, analyzePerMinute: 1e6, commandsPerSecond: 50, commandBurst: 100,
  frameBytes: 65_536, badFramesPerMinute: 50, authenticateWithinMs: 10_000,
};

export type SinceKind = 'none' | 'mine' | 'head' | 'zero' | 'older' | 'beyond' | 'other epoch';

interface Frame {
  readonly type: string;
  readonly data: { readonly id?: string; readonly price?: number; readonly from?: number; readonly to?: number; readonly offset?: number; readonly room?: string };
  readonly room?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly snapshot?: true;
  readonly replayed?: true;
  readonly joined?: { readonly answers: readonly JoinedRoom[]; readonly since: Position | undefined; readonly logged: number; readonly types: readonly string[] | null };
  readonly left?: string;
  readonly follows?: { readonly room: string; readonly run: SaidRun };
}

/** Bytes on their way: while the socket is full, what is written may still be lost with the connection. */
export class Line extends RecordingWire implements Transport {
  readonly kind = 'test';
  ended: string | null = null;
  private underway: string[] = [];
  constructor(private readonly read: (texts: readonly string[]) => void) {
    super();
  }

  override write(items: readonly Outgoing[]): void {
    for (const item of items) if (typeof item !== 'function') this.underway.push(item.text('json'));
    if (this.buffered === 0) this.arrive();
  }

  override drain(): void {
    this.buffered = 0;
    this.arrive();
    super.drain();
  }

  ping(): void {}

  end(error: CodedError): void {
    this.ended = error.code;
  }

  private arrive(): void {
    this.read(this.underway.splice(0));
  }
}

/** How a client stands in a room. */
class Place {
  position: Position | null = null;
  member = false;
  types: readonly string[] | null = null;
  /** Acknowledged as joined, the snapshot has not come yet. */
  snapshotDue = false;
  replayLeft = 0;
  /** Prices only go on within a connection. */
  lastPrice = 0;
  /** Ends of runs that it asked for on this connection. */
  ends = new Set<string>();
  /** Ids that it has, of this connection and those before. */
  readonly had = new Set<string>();
  /** Highest offset on this connection since the last answer to `subscribe`. */
  highest = 0;
}

function must(holds: boolean, what: string, ...seen: unknown[]): void {
  if (!holds) throw new Error(`${what}: ${seen.map((value) => JSON.stringify(value)).join(', ')}`);
}

/** A client that believes nothing: each frame that reaches it is held against the log and against what was promised. */
export class RoomClient {
  readonly places = new Map<string, Place>();
  readonly broken: Error[] = [];
  session: Session | null = null;
  rooms: Subscriptions | null = null;
  line: Line | null = null;
  /** What it did, for the report of a failure. */
  readonly story: string[] = [];
  private tasks: Promise<void> = Promise.resolve();
  private busy = 0;

  constructor(readonly name: string, private readonly world: RoomWorld) {
    for (const room of world.rooms) this.places.set(room, new Place());
  }

  get isConnected(): boolean {
    return this.session !== null && !this.session.isClosed;
  }

  get isBusy(): boolean {
    return this.busy > 0;
  }

  connect(): void {
    if (this.isConnected) return;
    for (const place of this.places.values()) Object.assign(place, { member: false, snapshotDue: false, lastPrice: 0, highest: 0, ends: new Set() });
    const line = (this.line = new Line((texts) => { if (this.line === line) for (const text of texts) this.read(text); }));
    this.session = new Session(this.name, this.name, line, this.world.loop, LIMITS);
    const { hub, log, snapshots } = this.world;
    this.rooms = new Subscriptions(this.session, { hub, log, pages: log, snapshots, maxRooms: 10, onFirst: () => undefined });
    this.tasks = Promise.resolve();
    this.busy = 0;
  }

  disconnect(): void {
    this.line = null;
    this.session?.disconnected();
    this.session = null;
  }

  join(names: readonly string[], kind: SinceKind, types: readonly string[] | null): void {
    this.task(async (session, rooms) => {
      const since = new Map(names.map((name) => [name, this.since(name, kind)]));
      const logged = new Map(names.map((name) => [name, this.world.truth.get(name)!.length]));
      const { rooms: answers, begin } = await rooms.join(names, (name) => since.get(name), types ?? undefined);
      if (session.isClosed) return;
      for (const answer of answers) {
        session.outbox.push(Packet.raw(JSON.stringify({ type: 'ack', joined: { answers: [answer], since: since.get(answer.room), logged: logged.get(answer.room), types } })));
      }
      begin();
    });
  }

  leave(name: string): void {
    this.task(async (session, rooms) => {
      rooms.leave(name);
      session.outbox.push(Packet.raw(JSON.stringify({ type: 'ack', left: name })));
    });
  }

  /** As the command `analyze` does it. */
  analyze(name: string): void {
    this.task(async (session, rooms) => {
      const { hub, log } = this.world;
      const [room] = await hub.host([name]);
      const head = room!.cursor;
      const { run, shared } = this.world.run(name);
      const said = shared ? await log.find([...run.ids, run.endId]) : [];
      if (session.isClosed) return hub.release(room!);
      session.outbox.push(Packet.raw(JSON.stringify({ type: 'ack', follows: { room: name, run } })));
      rooms.follow(room!, Math.min(head, ...said.map(({ offset }) => offset - 1)), [run.endId], said);
    });
  }

  /** It has all that it was promised. For when nothing is on its way any more. */
  checkComplete(): void {
    for (const [room, place] of this.places) {
      if (place.member) {
        must(!place.snapshotDue, `${this.name} never got the snapshot of ${room}`);
        const missing = this.next(room, place);
        must(missing === null, `${this.name} never got`, missing);
        if (wants(place, 'price_update')) must(place.lastPrice === this.world.prices.get(room), `${this.name} has an old price of ${room}`, place.lastPrice, this.world.prices.get(room));
      }
      for (const message of this.world.truth.get(room)!) {
        if (place.ends.has(message.messageId)) throw new Error(`${this.name} never got the end ${message.messageId}`);
      }
      if (this.isConnected) must(this.rooms!.has(room) === (place.member || place.ends.size > 0), `${this.name} in ${room} on the server`, this.rooms!.has(room), place.member, [...place.ends]);
    }
  }

  private task(run: (session: Session, rooms: Subscriptions) => Promise<void>): void {
    const { session, rooms } = this;
    if (!session || !rooms) return;
    this.busy += 1;
    this.tasks = this.tasks.then(async () => {
      try {
        if (!session.isClosed) await run(session, rooms);
      } catch (error) {
        if (!session.isClosed) this.broken.push(error as Error);
      } finally {
        if (this.session === session) this.busy -= 1;
      }
    });
  }

  private since(room: string, kind: SinceKind): Position | undefined {
    const { position } = this.places.get(room)!;
    const epoch = this.world.epochs.get(room)!;
    const logged = this.world.truth.get(room)!.length;
    switch (kind) {
      case 'none': return undefined;
      case 'mine': return position ?? undefined;
      case 'head': return { epoch, offset: logged }; // as another node had it
      case 'zero': return { epoch, offset: 0 };
      case 'older': return { epoch, offset: Math.floor((position?.offset ?? logged) / 2) };
      case 'beyond': return { epoch, offset: logged + 1000 };
      case 'other epoch': return { epoch: 'restored', offset: 0 };
    }
  }

  private read(text: string): void {
    this.story.push(text);
    try {
      this.check(JSON.parse(text) as Frame);
    } catch (error) {
      this.broken.push(error as Error);
    }
  }

  private check(frame: Frame): void {
    const { joined, left, follows, room } = frame;
    if (joined) return this.checkJoined(joined.answers[0]!, joined);
    if (left !== undefined) return void Object.assign(this.places.get(left)!, { member: false, snapshotDue: false, ends: new Set() });
    if (follows) {
      const place = this.places.get(follows.room)!;
      // a member may have the end before the answer; who filters by types goes without
      if (!place.had.has(follows.run.endId) && (!place.member || wants(place, 'signal_update'))) place.ends.add(follows.run.endId);
      return;
    }
    if (frame.type === 'gap') throw new Error(`a gap where nothing was taken from the log: ${JSON.stringify(frame)}`);
    if (frame.type === 'position') return this.checkPosition(frame);
    const place = this.places.get(room!)!;
    if (frame.snapshot) return this.checkSnapshot(frame, place);
    if (frame.type === 'price_update') return this.checkPrice(frame, place);
    this.checkLogged(frame, place);
  }

  private checkJoined(answer: JoinedRoom, { since, logged, types }: NonNullable<Frame['joined']>): void {
    const { room, epoch, offset, recovered, replayed } = answer;
    const place = this.places.get(room)!;
    const head = this.world.truth.get(room)!.length;
    must(epoch === this.world.epochs.get(room), 'epoch', answer);
    if (recovered) must(since !== undefined && since.epoch === epoch && since.offset <= head, 'recovered', answer, since, head);
    if (place.member || (place.ends.size > 0 && this.isOn(room))) {
      // already here: the stream goes on where it is
      const skipped = place.member ? this.next(room, place, offset) : null;
      must(offset >= place.highest && skipped === null, 'the answer is not where the stream is', answer, place.highest, skipped);
    } else {
      const valid = since !== undefined && since.epoch === epoch && since.offset <= logged;
      if (valid && place.ends.size === 0 && place.highest === 0) must(recovered, 'it is all there, and was not recovered', answer, since);
      if (recovered && since!.offset !== offset) must(place.highest > 0, 'recovered from elsewhere', answer, since);
      if (!recovered) must(offset <= head, 'beyond the head', answer, head);
    }
    if (types && !types.includes('signal_update')) place.ends.clear();
    if (since === undefined || !recovered) place.had.clear();
    else for (const message of this.world.truth.get(room)!) if (message.offset > offset) place.had.delete(message.messageId);
    Object.assign(place, { member: true, snapshotDue: types === null || types.includes('price_update'), replayLeft: replayed, types, position: { epoch, offset }, highest: offset });
  }

  private isOn(room: string): boolean {
    return this.rooms?.has(room) ?? false;
  }

  private checkSnapshot(frame: Frame, place: Place): void {
    must(place.member, 'a snapshot without a subscription', frame);
    if (frame.type === 'price_update') {
      must(place.snapshotDue, 'a second snapshot', frame);
      must(frame.data.price! >= place.lastPrice, 'an older price', frame, place.lastPrice);
      place.lastPrice = frame.data.price!;
    } else {
      const signals = this.world.truth.get(frame.room!)!.filter(({ type }) => type === 'signal_update');
      const at = signals.find(({ messageId }) => messageId === frame.data.id);
      const newest = signals.findLast(({ offset }) => offset <= place.position!.offset);
      must(at !== undefined && at.offset >= (newest?.offset ?? 0), 'an older signal as snapshot', frame, newest);
    }
    must(frame.offset === undefined, 'a snapshot with an offset', frame);
    must(place.replayLeft <= 0 || place.types !== null, 'the snapshot before what was missed', frame, place.replayLeft);
    place.snapshotDue = false;
  }

  private checkPrice(frame: Frame, place: Place): void {
    must(place.member || place.ends.size > 0 || place.highest > 0, 'a price without a subscription', frame);
    must(frame.data.price! >= place.lastPrice, 'an older price', frame, place.lastPrice);
    must(!place.snapshotDue, 'a price before the snapshot', frame);
    place.lastPrice = frame.data.price!;
  }

  private checkLogged(frame: Frame, place: Place): void {
    const { offset, epoch, data } = frame;
    const room = frame.room!;
    const row = this.world.truth.get(room)![offset! - 1];
    must(row !== undefined && row.messageId === data.id && row.epoch === epoch && row.type === frame.type, 'not what the log has', frame, row);
    place.ends.delete(data.id!);
    if (frame.replayed) return void place.had.add(data.id!);
    must(offset! > place.highest, 'offsets go back', frame, place.highest);
    if (place.member) {
      const next = this.next(room, place);
      must(next?.offset === offset, 'a hole', frame, next);
      must(!place.had.has(data.id!), 'sent twice', frame);
      place.position = { epoch: epoch!, offset: offset! };
    }
    place.had.add(data.id!);
    place.highest = offset!;
    place.replayLeft -= 1;
  }

  private checkPosition({ data }: Frame): void {
    const place = this.places.get(data.room!)!;
    const skipped = this.next(data.room!, place, data.offset!);
    must(skipped === null, 'a position beyond what was sent', data, skipped);
    if (place.member) Object.assign(place, { position: { epoch: place.position!.epoch, offset: data.offset! }, highest: data.offset! });
  }

  /** What it has to get next. */
  private next(room: string, place: Place, upTo = Number.MAX_SAFE_INTEGER) {
    const from = place.position?.offset ?? 0;
    return this.world.truth.get(room)!.find(({ offset, type }) => offset > from && offset <= upTo && wants(place, type)) ?? null;
  }
}

const wants = ({ types }: Place, type: string): boolean => types === null || types.includes(type);
