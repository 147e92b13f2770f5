import type { Code } from '../../model/codes.js';
import type { MarketView } from '../../model/market-view.js';
import type { Opinion } from '../../model/opinion.js';
import type { Analyst, Question } from '../analyst.js';
import type { RemoteIdentity } from './analyst-tokens.js';
import { BallotBox, type Fate } from './ballot-box.js';
import type { ConductReport } from '../../model/wire/analysts.js';
import { Conduct } from './conduct.js';
import { RemoteAnalyst, type RemoteLine } from './remote-analyst.js';
import type { RemoteOpinion } from './remote-opinion.js';
import type { RemoteVotes } from './remote-votes.js';
import { requestText } from './remote-view.js';

/** The connection of an analyst. */
export interface AnalystWire {
  send(text: string): void;
  end(code: Code, message: string): void;
}

/** An analyst that is connected to this node. */
export interface Seated {
  take(vote: RemoteOpinion): Fate;
  /** Something came that is no vote. */
  invalid(runId: string, body: unknown): void;
  flooded(): void;
  leave(): void;
}

export interface SeatReport {
  readonly identity: RemoteIdentity;
  readonly conduct: ConductReport;
}

interface Connection {
  readonly identity: RemoteIdentity;
  readonly wire: AnalystWire;
  readonly box: BallotBox;
  readonly line: RemoteLine;
}

/** The remote analysts that hold a seat now: those connected here, and those that other nodes have. */
export class RemoteSeats {
  private readonly here = new Map<string, Connection>();
  private readonly conducts = new Map<string, Conduct>();
  private far: readonly RemoteLine[] = [];
  private analysts: readonly Analyst[] | null = [];
  private readonly listeners: ((entered: string | null) => void)[] = [];
  private readonly presence: (() => void)[] = [];

  /** @param clock monotonic milliseconds */
  constructor(private readonly votes: RemoteVotes, private readonly clock: () => number) {}

  /** Who has a seat at this moment; an analyst that is connected to two nodes has one. */
  present(): readonly Analyst[] {
    this.analysts ??= [...new Map([...this.far, ...[...this.here.values()].map(({ line }) => line)].map((line) => [line.identity.agentId, new RemoteAnalyst(line)])).values()];
    return this.analysts;
  }

  /** Takes the seat; one that held it on the same token is closed REPLACED. */
  enter(identity: RemoteIdentity, wire: AnalystWire): Seated {
    const { agentId } = identity;
    this.close(agentId, 'REPLACED', 'The same token has connected again: this connection is over');
    const conduct = this.conductOf(agentId);
    const box = new BallotBox(conduct, this.clock);
    const line: RemoteLine = { identity, ask: (view, question, signal) => this.ask(agentId, view, question, signal) };
    const connection: Connection = { identity, wire, box, line };
    this.here.set(agentId, connection);
    this.changed(agentId);
    return {
      take: (vote) => {
        const fate = box.take(vote);
        if (fate !== 'repeated') this.votes.keep(agentId, vote.run_id, fate, vote);
        return fate;
      },
      invalid: (runId, body) => {
        conduct.count('invalid');
        this.votes.keep(agentId, runId, 'invalid', body);
      },
      flooded: () => conduct.count('flooded'),
      leave: () => {
        box.close();
        if (this.here.get(agentId) !== connection) return;
        this.here.delete(agentId);
        this.changed(null);
      },
    };
  }

  /** Ends the connection of an analyst here, if it has one. */
  close(agentId: string, code: Code, message: string): void {
    const connection = this.here.get(agentId);
    if (!connection) return;
    this.here.delete(agentId);
    connection.box.close();
    connection.wire.end(code, message);
    this.changed(null);
  }

  /** Asks one that is connected here with a request that is written already. @returns null where it is not here */
  askWith(agentId: string, runId: string, text: string, deadline: number, signal: AbortSignal): Promise<Opinion> | null {
    const connection = this.here.get(agentId);
    if (!connection) return null;
    const opinion = connection.box.ask(runId, deadline, signal);
    connection.wire.send(text);
    return opinion;
  }

  /** Those that other nodes have. */
  setFar(lines: readonly RemoteLine[]): void {
    this.far = lines;
    this.analysts = null;
    for (const listener of this.presence) listener();
  }

  /** Hears whenever who is here has changed, with who has just come. */
  onChange(listener: (entered: string | null) => void): void {
    this.listeners.push(listener);
  }

  /** Hears whenever `present` may have changed, here or at another node. */
  onPresence(listener: () => void): void {
    this.presence.push(listener);
  }

  get hereNow(): readonly SeatReport[] {
    return [...this.here.values()].map(({ identity }) => ({ identity, conduct: this.conductOf(identity.agentId).report() }));
  }

  /** null: this node has never seen it. */
  conduct(agentId: string): ConductReport | null {
    return this.conducts.get(agentId)?.report() ?? null;
  }

  private ask(agentId: string, view: MarketView, { runId, deadline }: Question, signal: AbortSignal): Promise<Opinion> {
    const text = requestText(runId, Date.now() + Math.max(0, deadline - this.clock()), view);
    return this.askWith(agentId, runId, text, deadline, signal) ?? Promise.reject(new Error(`${agentId} has just gone`));
  }

  private conductOf(agentId: string): Conduct {
    let conduct = this.conducts.get(agentId);
    if (!conduct) this.conducts.set(agentId, (conduct = new Conduct()));
    return conduct;
  }

  private changed(entered: string | null): void {
    this.analysts = null;
    for (const listener of this.listeners) listener(entered);
    for (const listener of this.presence) listener();
  }
}
