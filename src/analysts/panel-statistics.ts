import { randomUUID } from 'node:crypto';
import type { SeatStatistics } from '../model/wire/analysts.js';
import type { Channels } from '../storage/channels.js';
import { clusterStatistics, type SeatCounts } from './seat-statistics.js';

const ASKING = 'statistics';
const answersTo = (id: string): string => `statistics:${id}`;
/** A node that has not answered by then is left out, and named. */
const PATIENCE_MS = 500;

interface Question {
  readonly id: string;
  readonly from: string;
}
interface Answer extends Told {
  readonly id: string;
  readonly from: string;
}

/** What one node has counted. */
interface Told {
  readonly node: string;
  /** Since when: the start of its process. ISO-8601. */
  readonly since: string;
  readonly counts: readonly SeatCounts[];
}

export interface PanelReport {
  /** By analyst, added up over `nodes`. */
  readonly seats: ReadonlyMap<string, SeatStatistics>;
  /** Whose counts these are, this one first. */
  readonly nodes: readonly { readonly node: string; readonly counted_since: string }[];
  /** Nodes that are there and did not answer in time. */
  readonly silent: readonly string[];
}

export interface PanelStatisticsNeeds {
  readonly panel: { counts(): readonly SeatCounts[] };
  /** `nodeName()` */
  readonly node: string;
  /** ISO-8601. */
  readonly since: string;
  /** null: this node is alone. */
  readonly channels: Pick<Channels, 'publish' | 'listen'> | null;
  /** Names of the other nodes that are there now. */
  readonly others: () => readonly string[];
  /** Milliseconds. */
  readonly patience?: number;
}

/** How the panels of all nodes have voted: a run is asked at one of them, so each counts a part. */
export class PanelStatistics {
  /** Of this process; two that are called alike are still two. */
  private readonly id = randomUUID();
  private readonly waiting = new Map<string, (answer: Answer) => void>();

  constructor(private readonly needs: PanelStatisticsNeeds) {}

  /** From here on this node answers the others. */
  async start(): Promise<void> {
    const { channels } = this.needs;
    await channels?.listen(ASKING, (text) => {
      const { id, from } = JSON.parse(text) as Question;
      if (from !== this.id) channels.publish(answersTo(from), JSON.stringify({ id, from: this.id, ...this.own() } satisfies Answer));
    });
    await channels?.listen(answersTo(this.id), (text) => {
      const answer = JSON.parse(text) as Answer;
      this.waiting.get(answer.id)?.(answer);
    });
  }

  /** Of the whole cluster. While the others cannot be reached: of this node alone. */
  async report(): Promise<PanelReport> {
    const others = this.needs.others();
    const told = [this.own(), ...others.length === 0 ? [] : await this.ask(others.length)];
    const names = new Set(told.map(({ node }) => node));
    return {
      seats: clusterStatistics(told.map(({ counts }) => counts)),
      nodes: told.map(({ node, since }) => ({ node, counted_since: since })),
      silent: others.filter((node) => !names.has(node)),
    };
  }

  private own(): Told {
    const { panel, node, since } = this.needs;
    return { node, since, counts: panel.counts() };
  }

  /** Resolves once so many have answered, or after the patience. */
  private ask(count: number): Promise<readonly Told[]> {
    const id = randomUUID();
    const answers = new Map<string, Told>();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve([...answers.values()]);
      };
      const timer = setTimeout(end, this.needs.patience ?? PATIENCE_MS);
      this.waiting.set(id, (answer) => {
        answers.set(answer.from, answer);
        if (answers.size >= count) end();
      });
      this.needs.channels?.publish(ASKING, JSON.stringify({ id, from: this.id } satisfies Question));
    });
  }
}
