import { Cron } from 'croner';
import type { BuiltIn, Outlet } from '../built-in.js';
import type { ConfigFields } from '../config-fields.js';

export interface ScheduleConfig {
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly title: string | null;
  readonly payload: string | null;
  /** Of the slots that passed while nobody was there, the last one is made up for. */
  readonly catch_up: boolean;
}

export interface ScheduleState {
  /** Pattern and zone: slots of another one were nobody's to miss. */
  readonly of: string;
  /** The slot of the last event, or when it began; wall time. */
  readonly after: number;
}

export interface ScheduleTriggerNeeds {
  readonly name: string;
  /** Wall time. */
  readonly createdAt: number;
  readonly outlet: Outlet;
  readonly clock: () => number;
}

/** A slot that is looked at within this time is no missed one: another node may have had to take over. */
const PUNCTUAL_MS = 30_000;

export function checkSchedule(fields: ConfigFields): ScheduleConfig {
  const cron = fields.text('cron', 100);
  const timezone = fields.textOr('timezone', 60, 'UTC');
  if (!isTimezone(timezone)) fields.flaw('timezone', 'must be the name of a time zone, such as Europe/Berlin', null);
  else if (cron !== '') flawOf(fields, cron, timezone);
  return { cron, timezone, title: fields.textOr('title', 200, null), payload: fields.payload(), catch_up: fields.flag('catch_up') };
}

function flawOf(fields: ConfigFields, cron: string, timezone: string): void {
  try {
    if (cronOf(cron, timezone).nextRun() === null) fields.flaw('cron', 'never comes: check day and month', null);
  } catch (error) {
    fields.flaw('cron', `cannot be read (${(error as Error).message.replace(/^CronPattern: /, '')}): five fields as in */15 9-16 * * 1-5, or six with seconds first`, null);
  }
}

const cronOf = (cron: string, timezone: string): Cron => new Cron(cron, { timezone, paused: true });

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // RangeError: it knows no such zone
  }
}

/** An event at each slot of a cron pattern. */
export class ScheduleTrigger implements BuiltIn {
  private readonly cron: Cron;
  private readonly of: string;
  private readonly begins: ScheduleState | null;
  /** Of the next slot; null: none comes any more. */
  private next: number | null;

  constructor(private readonly config: ScheduleConfig, state: ScheduleState | null, private readonly needs: ScheduleTriggerNeeds) {
    this.cron = cronOf(config.cron, config.timezone);
    this.of = `${config.cron} ${config.timezone}`;
    this.begins = state?.of === this.of ? null : { of: this.of, after: state ? needs.clock() : needs.createdAt };
    this.next = this.slotAfter((this.begins ?? state!).after);
  }

  async start(): Promise<void> {
    if (this.begins) await this.needs.outlet.save(this.begins);
  }

  time(now: number): Promise<void> | null {
    return this.next === null || now < this.next ? null : this.due(now);
  }

  private async due(now: number): Promise<void> {
    const slot = this.cron.previousRuns(1, new Date(now + 1))[0]?.getTime() ?? this.next!;
    if (now - slot <= PUNCTUAL_MS || this.config.catch_up) await this.say(slot);
    this.next = this.slotAfter(slot);
  }

  private async say(slot: number): Promise<void> {
    const { title, payload, cron, timezone } = this.config;
    const at = new Date(slot).toISOString();
    const draft = { title: title ?? `${this.needs.name}: ${at}`, payload: payload ?? JSON.stringify({ cron, timezone, slot: at }) };
    await this.needs.outlet.emit(draft, at, { of: this.of, after: slot } satisfies ScheduleState);
  }

  private slotAfter(at: number): number | null {
    return this.cron.nextRun(new Date(at))?.getTime() ?? null;
  }
}
