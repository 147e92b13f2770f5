import { CodedError } from '../../model/codes.js';
import { addressKey } from './address.js';

const RETRY_AFTER_MS = 5_000;

/** Counts open connections of the node and of each address. */
export class ConnectionLimits {
  readonly #byAddress = new Map<string, number>();
  #open = 0;

  constructor(private readonly limits: { readonly maxConnections: number; readonly maxConnectionsPerIp: number }) {}

  /** Connections that are open now. */
  get open(): number {
    return this.#open;
  }

  /**
   * Admits one more and returns what to call when it has closed (calling it again does nothing).
   * @throws CodedError TOO_MANY_CONNECTIONS with `retry_after_ms` and `limit`: `address` (HTTP 429) or `node` (503).
   */
  admit(address: string | undefined): () => void {
    const key = addressKey(address);
    const ofAddress = this.#byAddress.get(key) ?? 0;
    const { maxConnections, maxConnectionsPerIp } = this.limits;
    if (ofAddress >= maxConnectionsPerIp) {
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
