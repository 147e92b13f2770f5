import type { Packet } from '../../rooms/packet.js';
import type { FrameForm } from '../../storage/groups-schema.js';
import type { Group } from '../group.js';
import type { Experiences } from '../lessons/experiences.js';
import type { DeliveryStore } from './delivery-store.js';
import type { StoredEvent } from './event.js';
import type { EventPackets } from './event-frames.js';
import type { Settlements } from './settlements.js';

/** A group's socket. */
export interface GroupWire {
  /** `shared`: other groups get the same. */
  send(packet: Packet, shared: boolean): void;
  /** Out of the backlog: the line waits for `drained` before it sends more. */
  page(packets: readonly Packet[]): void;
  /** Resolves when what was sent has left, or the socket is gone. */
  drained(): Promise<void>;
}

export interface LineNeeds {
  readonly deliveries: Pick<DeliveryStore, 'open'>;
  readonly settlements: Pick<Settlements, 'settle' | 'written' | 'holds'>;
  readonly packets: EventPackets;
  readonly experiences: Experiences;
  /** From its first ack on only acks settle. */
  readonly onFirstAck: (groupId: string) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Speech {
  form: FrameForm;
  /** It has acknowledged events before. */
  acks: boolean;
}

/** Events that are out and not settled; the rest waits in the table, so that what is more urgent can go first. */
const WINDOW = 64;
/** A group that takes events and acknowledges none for so long gets the next ones all the same. */
const SILENT_MS = 30_000;
/** A group that has never acknowledged has so long to begin with it: until then a write alone settles nothing. */
const GRACE_MS = 2000;
const AGAIN_MS = 1000;
/** The same of one that never acknowledges; what is out is bounded by its socket. */
const UNACKNOWLEDGED = 1024;

/** What one connected group gets: its backlog by priority and age, then each event as it comes. */
export class Line {
  /** Sent and not settled. */
  private readonly out = new Set<string>();
  /** Just stored, in their order: until it is known what goes with them they wait, for a fraction of a second. */
  private readonly held = new Map<string, { readonly event: StoredEvent; ready: boolean }>();
  /** Of those, the ones that the write alone may settle. */
  private written: string[] = [];
  /** Settled while the table was read. */
  private readonly justSettled = new Set<string>();
  private window = WINDOW;
  private behind = true;
  private pulling = false;
  private closed = false;
  private grace: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;
  private again: NodeJS.Timeout | undefined;

  constructor(readonly group: Group, readonly speech: Speech, private readonly wire: GroupWire, private readonly needs: LineNeeds) {}

  /** Events that are out, or about to be. */
  get outstanding(): number {
    return this.out.size + this.held.size;
  }

  /** An event that was just stored. */
  event(event: StoredEvent): void {
    if (this.full) return this.wake();
    const ready = this.needs.experiences.ready(this.group, [event]);
    if (!ready && this.held.size === 0) return this.give(event);
    const held = { event, ready: !ready };
    this.held.set(event.eventId, held);
    void ready?.then(() => {
      held.ready = true;
      this.release();
    });
  }

  /** There is more in the table, or may be. */
  wake(): void {
    this.behind = true;
    void this.pull();
  }

  /** False: it has no such event to settle. */
  ack(eventId: string): boolean {
    if (!this.speech.acks) {
      this.speech.acks = true;
      this.written = [];
      this.needs.onFirstAck(this.group.groupId);
    }
    if (!this.settle(eventId)) return false;
    clearTimeout(this.silence);
    this.silence = undefined;
    this.window = WINDOW;
    if (this.behind && this.out.size <= WINDOW / 2) void this.pull();
    return true;
  }

  /** @param orderly by a close, not a broken line: what was written to one that never acknowledges has arrived */
  close(orderly: boolean): void {
    this.closed = true;
    for (const timer of [this.grace, this.silence, this.again]) clearTimeout(timer);
    if (orderly && !this.speech.acks) this.settleWritten();
  }

  /** What comes has to go through the table. */
  private get full(): boolean {
    return this.behind || this.pulling || this.out.size >= this.most;
  }

  private give(event: StoredEvent): void {
    const experiences = this.needs.experiences.about(this.group, event);
    this.wire.send(this.needs.packets.of(event, this.speech.form, experiences), experiences.length === 0);
    this.sent(event.eventId);
  }

  /** None overtakes another. */
  private release(): void {
    if (this.closed) return;
    for (const [eventId, { event, ready }] of this.held) {
      if (!ready) return;
      this.held.delete(eventId);
      if (this.full) this.wake();
      else this.give(event);
    }
  }

  private get most(): number {
    return this.speech.acks ? this.window : UNACKNOWLEDGED;
  }

  private sent(eventId: string): void {
    this.out.add(eventId);
    if (!this.speech.acks) void this.wire.drained().then(() => this.left(eventId));
    else if (this.out.size >= this.window) this.listen();
  }

  private settle(eventId: string): boolean {
    if (!this.out.delete(eventId)) return false;
    if (this.pulling) this.justSettled.add(eventId);
    this.needs.settlements.settle(eventId, this.group.groupId);
    return true;
  }

  private left(eventId: string): void {
    if (this.speech.acks || !this.out.has(eventId) || this.closed) return;
    this.written.push(eventId);
    this.grace ??= setTimeout(() => {
      this.grace = undefined;
      this.settleWritten();
      if (this.behind) void this.pull();
    }, GRACE_MS);
  }

  private settleWritten(): void {
    for (const eventId of this.written.splice(0)) this.settle(eventId);
  }

  /** It has taken all that it may, and is waited for. */
  private listen(): void {
    this.silence ??= setTimeout(() => {
      this.silence = undefined;
      this.window = this.out.size + WINDOW;
      void this.pull();
    }, SILENT_MS);
  }

  private async pull(): Promise<void> {
    if (this.pulling || this.closed) return;
    this.pulling = true;
    try {
      while (this.behind && this.out.size < this.most && !this.closed) if (!await this.page()) break;
    } catch (error) {
      this.behind = true;
      this.needs.onFault(error);
      this.pullLater();
    } finally {
      this.pulling = false;
      this.justSettled.clear();
    }
  }

  /** False: what is left is on its way to be settled. */
  private async page(): Promise<boolean> {
    this.behind = false;
    await this.needs.settlements.written();
    const room = Math.min(WINDOW, this.most - this.out.size);
    const limit = this.outstanding + room;
    const found = await this.needs.deliveries.open(this.group.groupId, limit);
    if (this.closed) return false;
    const next = found.filter(({ eventId }) => this.isToCome(eventId)).slice(0, room);
    const more = found.length === limit;
    if (more) this.behind = true;
    if (next.length === 0) {
      if (more) this.pullLater();
      return !more; // an event that came meanwhile is read at once
    }
    await this.needs.experiences.ready(this.group, next);
    if (this.closed) return false;
    this.wire.page(next.map((event) => this.needs.packets.of(event, this.speech.form, this.needs.experiences.about(this.group, event))));
    for (const { eventId } of next) this.sent(eventId);
    await this.wire.drained();
    return true;
  }

  private isToCome(eventId: string): boolean {
    return !this.out.has(eventId) && !this.held.has(eventId) && !this.justSettled.has(eventId) && !this.needs.settlements.holds(eventId, this.group.groupId);
  }

  private pullLater(): void {
    if (this.closed) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      void this.pull();
    }, AGAIN_MS);
  }
}
