import type { AnalystTokens } from './analyst-tokens.js';
import type { RemoteSeats } from './remote-seats.js';
import type { SharedSeats } from './shared-seats.js';

const LOOK_EVERY_MS = 5000;

/** Ends the connections of revoked tokens: at once here and by a word to the other nodes, else by a look at the rows. */
export class Revocations {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly seats: RemoteSeats,
    private readonly shared: SharedSeats | null,
    private readonly tokens: AnalystTokens,
    private readonly onFault: (error: unknown) => void,
  ) {}

  tell(agentId: string): void {
    this.end(agentId);
    this.shared?.revoke(agentId);
  }

  start(): void {
    this.timer = setInterval(() => void this.look().catch(this.onFault), LOOK_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const here = this.seats.hereNow;
    if (here.length === 0) return;
    const valid = new Set((await this.tokens.list()).map(({ agent_id: agentId }) => agentId));
    for (const { identity } of here) if (!valid.has(identity.agentId)) this.end(identity.agentId);
  }

  private end(agentId: string): void {
    this.seats.close(agentId, 'TOKEN_INVALID', 'The token was revoked');
  }
}
