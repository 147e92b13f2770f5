import { CodedError } from '../model/codes.js';

/** Whether this node takes clients: one without the role `gateway` never does, one that shuts down no more. */
export class DrainState {
  draining = false;

  constructor(private readonly takesClients: boolean) {}

  /** @throws CodedError DRAINING, NOT_READY */
  check(): void {
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: connect again after a moment', [], { retry_after_ms: 1000 });
    if (!this.takesClients) throw new CodedError('NOT_READY', 'This node takes no clients (ROLES has no gateway): connect to another', [], { retry_after_ms: 1000 });
  }
}
