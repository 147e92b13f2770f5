import type { AgentConfig } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import { Conflation } from '../../rooms/conflation.js';
import { agentRoom } from '../../rooms/names.js';
import type { Channels } from '../../storage/channels.js';
import type { Trading } from '../trading.js';
import type { AgentControl } from './agent-control.js';
import { accountUpdate, agentStatus, pictureOf, positionUpdate, type AgentPicture } from './agent-picture.js';

export interface AgentFeedNeeds {
  readonly agents: readonly Pick<AgentConfig, 'id' | 'accountId'>[];
  readonly trading: Pick<Trading, 'account' | 'holds' | 'listen'>;
  readonly control: Pick<AgentControl, 'status' | 'onChange'>;
  /** To the members of a room on this node, unlogged. */
  readonly tell: (room: string, type: string, body: string) => void;
  /** To the other nodes; null where there are none. */
  readonly channels: Pick<Channels, 'publish' | 'listen'> | null;
  readonly onFault: (error: unknown) => void;
}

/** An agent's state in the form of its messages. */
export interface AgentSnapshot {
  readonly status: string;
  readonly account: string;
  readonly positions: string;
}

type Said = { readonly ask: true } | { readonly agentId: string; readonly picture: AgentPicture };

const CHANNEL = 'agents';
/** Shorter than what members get, so that theirs is fresh. */
const EVERY_MS = 250;

/**
 * How agents and their accounts are doing now, on every node: the one that trades an account looks, at most
 * four times a second, and tells the others. What it says is not logged: only the latest counts.
 */
export class AgentFeed {
  private readonly accounts: ReadonlyMap<string, string>;
  private readonly changes = new Map<string, Conflation<void>>();
  private readonly heard = new Map<string, AgentPicture>();
  private readonly last = new Map<string, AgentSnapshot>();
  private readonly listeners: ((agentId: string) => void)[] = [];

  constructor(private readonly needs: AgentFeedNeeds) {
    this.accounts = new Map(needs.agents.map(({ id, accountId }) => [id, accountId]));
    for (const id of this.accounts.keys()) this.changes.set(id, new Conflation(EVERY_MS, () => this.look(id)));
    const byAccount = new Map(needs.agents.map(({ id, accountId }) => [accountId, id]));
    const changed = (accountId: string): void => {
      const agentId = byAccount.get(accountId);
      if (agentId !== undefined) this.changed(agentId);
    };
    needs.trading.listen({
      account: changed,
      state: (accountId) => {
        if (accountId !== null) changed(accountId);
        else for (const id of this.accounts.keys()) this.changed(id);
      },
    });
    needs.control.onChange((agentId) => this.changed(agentId));
  }

  /** Hears other nodes, and asks them for what they know. */
  async start(): Promise<void> {
    const { channels } = this.needs;
    if (!channels) return;
    await channels.listen(CHANNEL, (text) => this.hear(text));
    channels.publish(CHANNEL, JSON.stringify({ ask: true } satisfies Said));
  }

  stop(): void {
    for (const change of this.changes.values()) change.drop();
  }

  /** null where it is unknown: of another node that has not spoken yet, or of no agent. */
  picture(agentId: string): AgentPicture | null {
    const accountId = this.accounts.get(agentId);
    if (accountId === undefined) return null;
    if (!this.needs.trading.holds(accountId)) return this.heard.get(agentId) ?? null;
    try {
      return pictureOf(this.needs.control.status(agentId), this.needs.trading.account(accountId));
    } catch (error) {
      if (error instanceof CodedError && error.code === 'NOT_FOUND') return null; // its books are not open yet
      throw error;
    }
  }

  /** What who joins is told. */
  snapshot(agentId: string): AgentSnapshot | null {
    const picture = this.picture(agentId);
    return picture && snapshotOf(picture);
  }

  /** Something of it may be different. */
  changed(agentId: string): void {
    const accountId = this.accounts.get(agentId);
    if (accountId !== undefined && this.needs.trading.holds(accountId)) this.changes.get(agentId)!.offer();
  }

  /** `heard` runs after each change, on every node, at most four times a second an agent. */
  listen(heard: (agentId: string) => void): void {
    this.listeners.push(heard);
  }

  private look(agentId: string): void {
    try {
      const picture = this.picture(agentId);
      if (!picture) return;
      this.needs.channels?.publish(CHANNEL, JSON.stringify({ agentId, picture } satisfies Said));
      this.tell(agentId, picture);
    } catch (error) {
      this.needs.onFault(error);
    }
  }

  private hear(text: string): void {
    const said = JSON.parse(text) as Said;
    if ('ask' in said) {
      for (const id of this.accounts.keys()) this.changed(id);
      return;
    }
    const accountId = this.accounts.get(said.agentId);
    if (accountId === undefined || this.needs.trading.holds(accountId)) return; // also what this node has said itself
    this.heard.set(said.agentId, said.picture);
    this.tell(said.agentId, said.picture);
  }

  private tell(agentId: string, picture: AgentPicture): void {
    const [now, before] = [snapshotOf(picture), this.last.get(agentId)];
    this.last.set(agentId, now);
    if (now.account !== before?.account) this.needs.tell(agentRoom(agentId), 'account_update', now.account);
    if (now.positions !== before?.positions) this.needs.tell(agentRoom(agentId), 'position_update', now.positions);
    for (const heard of this.listeners) heard(agentId);
  }
}

const snapshotOf = (picture: AgentPicture): AgentSnapshot => ({
  status: JSON.stringify(agentStatus(picture)), account: JSON.stringify(accountUpdate(picture)), positions: JSON.stringify(positionUpdate(picture)),
});
