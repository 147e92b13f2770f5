import { CodedError } from '../../model/codes.js';
import type { Peers } from '../../rooms/peers.js';
import { addressKey } from './address.js';

const RETRY_AFTER_MS = 5_000;
const ALONE = { connectionsOf: () => 0 };

/**
 * Counts open connections of the node, and of each address in the whole cluster: what the other nodes said a second ago
 * adds to what is open here. So one address may pass its limit for a second where it connects to several nodes at once;
 * those of a node that died count until it is no longer seen (5 s), and none but this node's count while Redis is away.
 */
export class ConnectionLimits {
  readonly #byAddress = new Map<string, number>();
  #open = 0;

  constructor(
    private readonly limits: { readonly maxConnections: number; readonly maxConnectionsPerIp: number },
    private readonly peers: Pick<Peers, 'connectionsOf'> = ALONE,
  ) {}

  /** Connections that are open now. */
  get open(): number {
    return this.#open;
  }

  /** Open connections here, by `addressKey`. */
  byAddress(): Record<string, number> {
    return Object.fromEntries(this.#byAddress);
  }

  /**
   * Admits one more and returns what to call when it has closed (calling it again does nothing).
   * @throws CodedError TOO_MANY_CONNECTIONS with `retry_after_ms` and `limit`: `address` (HTTP 429) or `node` (503).
   */
  admit(address: string | undefined): () => void {
    const key = addressKey(address);
    const ofAddress = this.#byAddress.get(key) ?? 0;
    const { maxConnections, maxConnectionsPerIp } = this.limits;
    if (ofAddress + this.peers.connectionsOf(key) >= maxConnectionsPerIp) {
      throw tooMany('address', `Your address has ${maxConnectionsPerIp} connections open: close some, or ask for a higher WS_MAX_CONNECTIONS_PER_IP`);
    }
    if (this.#open >= maxConnections) {
      throw tooMany('node', `This node has all of its ${maxConnections} connections: try again later, or another node`);
    }
    this.#byAddress.set(key, ofAddress + 1);
    this.#open += 1;
    return this.#releaseOf(key);
  }

  #releaseOf(key: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#open -= 1;
      const left = (this.#byAddress.get(key) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(key);
      else this.#byAddress.set(key, left);
    };
  }
}

const tooMany = (limit: 'node' | 'address', message: string): CodedError =>
  new CodedError('TOO_MANY_CONNECTIONS', message, [], { limit, retry_after_ms: RETRY_AFTER_MS });
