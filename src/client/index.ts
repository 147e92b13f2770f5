/**
 * The typed client of Conclave's signals, for browsers and Node.
 *
 * ```ts
 * import { connect } from 'conclave/client';
 *
 * const client = connect({ url: 'ws://127.0.0.1:8000' });
 * client.on('signal_update', ({ data }) => console.log(data.symbol, data.action, data.confidence));
 * await client.subscribe(['AAPL', 'NVDA']);
 * await client.analyze('AAPL');
 * ```
 */
import { ConclaveClient } from './client.js';
import type { ConnectOptions } from './options.js';

/**
 * A client that begins to connect at once and goes on until `close()` or a refusal that would only repeat itself.
 * @throws TypeError where the URL is none, Error where there is no WebSocket
 */
export const connect = (options: ConnectOptions): ConclaveClient => new ConclaveClient(options);

export { ConclaveClient } from './client.js';
export type { SubscribeOptions } from './client.js';
export { ConclaveError } from './error.js';
export type { ClientCode } from './error.js';
export { jitteredBackoff } from './backoff.js';
export type { Backoff } from './backoff.js';
export { endpoint } from './endpoint.js';
export type { Handler } from './dispatch.js';
export type { ClientState, ConnectOptions } from './options.js';
export type { Gap } from './positions.js';
export type { Since, Target } from './subscriptions.js';
export type { WebSocketConstructor, WebSocketLike } from './websocket.js';
export type * from './messages.js';
export { TRIGGER_KINDS } from '../model/wire/groups.js';
export type * from '../model/wire/groups.js';
export type * from '../model/wire/trading.js';
export type * from '../model/wire/analysts.js';
