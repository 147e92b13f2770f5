import { isSymbol } from '../../model/instrument.js';
import { Docket, type Case } from './docket.js';
import type { Discussing } from './discussion.js';
import { discussionLog, postTrade, settled } from './frames.js';
import { configIn, eventIn, groupIn, LEADER, type Frame, type HeardEvent, type RunnerGroup } from './heard.js';
import { Line, type LineNeeds } from './line.js';
import type { MarketReads } from './market-reads.js';
import type { Models } from './models.js';
import { gateIn, Orders } from './orders.js';
import { hasRule } from './rules/roles.js';
import { submit, type Submitted } from './submit.js';
import type { SeatNow, Told } from './told.js';

/** Why a service has ended. */
export type ServiceEnd =
  | { readonly code: 'STOPPED' | 'ONCE' }
  | { readonly code: 'NO_LEADER' | 'NOT_A_GROUP' | (string & {}); readonly message: string };

export interface GroupServiceNeeds {
  readonly line: LineNeeds;
  readonly reads: MarketReads;
  readonly discussing: Discussing;
  readonly models: Models;
  readonly tell: (told: Told) => void;
  /** Decides and logs, never trades. */
  readonly dryRun: boolean;
  /** Ends after the first event that was discussed. */
  readonly once: boolean;
  /** What a stop waits for a discussion under way; then its models are stopped. */
  readonly stopWithinMs: number;
}

/** Not for discussion: said and settled. */
const NEWS_OF_OWN = new Set(['order_update', 'config_update', 'post_trade', 'system']);

/** A trading group: hears events, lets its members discuss them, sends what was said and decided. */
export class GroupService {
  private readonly line: Line;
  private readonly docket = new Docket((one) => this.discuss(one));
  private readonly orders = new Orders();
  private readonly stopping = new AbortController();
  private group: RunnerGroup | null = null;
  private resolve: (end: ServiceEnd) => void = () => undefined;
  private readonly ended = new Promise<ServiceEnd>((resolve) => (this.resolve = resolve));

  constructor(private readonly needs: GroupServiceNeeds) {
    this.line = new Line(needs.line, {
      connected: (ack) => this.connected(ack),
      frame: (frame) => this.hear(frame),
      waiting: (afterMs, why) => needs.tell({ type: 'waiting', afterMs, why }),
      over: (code, message) => this.end({ code, message }),
    });
  }

  /** Until it is stopped, has done its one event, or cannot go on. */
  async run(): Promise<ServiceEnd> {
    this.line.start();
    const end = await this.ended;
    const patience = setTimeout(() => this.stopping.abort(), this.needs.stopWithinMs);
    await Promise.race([this.docket.close(), new Promise((late) => this.stopping.signal.addEventListener('abort', late, { once: true }))]);
    clearTimeout(patience);
    this.stopping.abort();
    await this.line.close();
    return end;
  }

  /** Nothing new begins; what is under way may end. */
  stop(): void {
    this.end({ code: 'STOPPED' });
  }

  private end(end: ServiceEnd): void {
    void this.docket.close();
    if ('message' in end) this.stopping.abort(); // there is nobody to send it to
    this.resolve(end);
  }

  private connected(ack: Frame): void {
    const group = groupIn(ack['config']);
    if (group === null) {
      return this.end({ code: 'NOT_A_GROUP', message: 'The server sent no group: give the token of a trading group (cg_…), as `npx conclave groups create` shows it' });
    }
    const again = this.group !== null;
    if (!leads(group)) return this.end({ code: 'NO_LEADER', message: withoutLeader(group) });
    this.group = group;
    this.line.tell(settled(String(ack['client_id'] ?? ''))); // settles nothing; says from the start that only acks do, so that a kill amid the first discussion loses no event
    this.needs.tell({ type: 'connected', group, seats: this.seats(group), dryRun: this.needs.dryRun, again });
  }

  /** Members may be exchanged one by one: without a leader it waits for the next, and events with it. */
  private changed(group: RunnerGroup): void {
    const led = leads(this.group!);
    this.group = group;
    this.needs.tell({ type: 'config', group, seats: this.seats(group) });
    if (!leads(group)) this.needs.tell({ type: 'note', text: withoutLeader(group) });
    else if (!led) this.line.redial(); // what was left meanwhile comes again
  }

  private seats({ members }: RunnerGroup): SeatNow[] {
    return members.map((member) => {
      const seat = this.needs.models.seat(member);
      if ('model' in seat) return { name: member.name, role: member.role, source: `model:${seat.model}` };
      return { name: member.name, role: member.role, source: member.role === LEADER || hasRule(member.role) ? 'rules' : 'nothing', why: seat.why };
    });
  }

  private hear(frame: Frame): void {
    if (frame['type'] === 'ack') return this.needs.tell({ type: 'note', text: `The server refused a frame: ${JSON.stringify(frame).slice(0, 300)}` });
    const event = frame['type'] === 'event' || frame['kind'] === 'event' ? eventIn(frame) : null;
    if (this.group === null) return;
    if (event === null) return this.needs.tell({ type: 'note', text: `Not understood: ${JSON.stringify(frame).slice(0, 300)}` });
    if (NEWS_OF_OWN.has(event.eventType)) {
      this.hearOwn(event, frame);
      return this.line.tell(settled(event.id));
    }
    const symbol = symbolOf(event) ?? this.group.symbol;
    const added = this.docket.add({ event, symbol });
    if (added === 'done') this.line.tell(settled(event.id)); // the first time was lost
    if (added === 'taken') this.needs.tell({ type: 'event', event, symbol });
  }

  private hearOwn(event: HeardEvent, frame: Frame): void {
    if (event.eventType === 'order_update') {
      const order = this.orders.hear(event.data);
      if (order) this.needs.tell({ type: 'order', order });
    } else if (event.eventType === 'config_update') {
      const group = configIn(frame, event);
      if (group) this.changed(group);
    } else this.needs.tell({ type: 'note', text: `${event.eventType}: ${event.title}` });
  }

  /** True once the event is done with. */
  private async discuss({ event, symbol }: Case): Promise<boolean> {
    const { reads, discussing, tell, dryRun, once } = this.needs;
    const { signal } = this.stopping;
    const group = this.group!;
    if (!leads(group)) return false;
    const situation = await reads.about(group, event, symbol, this.orders.openIn(symbol), signal);
    const discussion = await discussing.about(situation, signal, (spoken) => tell({ type: 'opinion', event, spoken }));
    if (signal.aborted) return false; // it comes again to whoever connects next
    tell({ type: 'decision', discussion, dryRun });
    const frames: { what: 'log' | 'trade'; frame: Frame }[] = [{ what: 'log', frame: discussionLog(discussion, dryRun) }];
    const trade = dryRun ? null : postTrade(discussion);
    if (trade) frames.push({ what: 'trade', frame: trade });
    for (const { what, frame } of frames) {
      const sent = await submit(this.line, frame, signal);
      if (sent.kind === 'stopped') return false;
      if (sent.kind === 'refused') {
        tell({ type: 'refused', event, what, code: sent.code, detail: sent.detail, again: sent.retryable });
        if (sent.retryable) {
          this.line.redial();
          return false;
        }
        break; // a decision whose discussion is not on record is not traded
      }
      if (what === 'trade') tell({ type: 'trade', event, ...orderIn(sent) });
    }
    this.line.tell(settled(event.id));
    if (once) this.end({ code: 'ONCE' });
    return true;
  }
}

const leads = ({ members }: RunnerGroup): boolean => members.some(({ role }) => role === LEADER);
const withoutLeader = ({ name }: RunnerGroup): string =>
  `${name} has no member with the role ${LEADER}, so nobody decides. Give it one with: npx conclave groups members add ${name} --name Lead --role ${LEADER}`;

/** What an event is about, where its payload says so. */
function symbolOf({ data }: HeardEvent): string | null {
  const { symbol } = data;
  return typeof symbol === 'string' && isSymbol(symbol) ? symbol : null;
}

const orderIn = ({ answer }: Submitted): { orderId: string | null; status: string; duplicate: boolean; gate: string | null } => ({
  orderId: typeof answer['order_id'] === 'string' ? answer['order_id'] : null, status: String(answer['status'] ?? 'accepted'), duplicate: answer['duplicate'] === true,
  gate: gateIn(answer['gate']),
});
