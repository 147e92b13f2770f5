import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CodedError } from '../../model/codes.js';
import { Packet } from '../../rooms/packet.js';
import type { AssetBoards } from '../../trading/assets/asset-boards.js';
import type { Assets } from '../../trading/assets/assets.js';
import { NOBODY, readHandshake, type Handshake } from '../auth/handshake.js';
import { requireScope } from '../auth/principal.js';
import { command, type Command } from '../commands/command.js';
import { CommandQueue, type Incoming } from '../commands/command-queue.js';
import type { Visits } from '../sessions/visits.js';
import type { Visitor } from '../sessions/visitor.js';
import { AssetCommand, SetIntervalCommand, SubscribeAsset } from './dashboard.dto.js';
import { WatchedAssets } from './watched-assets.js';
import { followLife } from './follow-life.js';
import { RawTransport } from './raw-transport.js';
import type { Endpoint } from './upgrade-router.js';

export interface DashboardNeeds {
  readonly visits: Visits;
  /** null where nothing is traded. */
  readonly assets: Assets | null;
  readonly boards: AssetBoards | null;
  readonly onFault: (error: Error) => void;
}

const errorPacket = (error: CodedError): Packet => Packet.raw(JSON.stringify({ error: error.toWire() }));

/** `/ws`: the state of assets, at once and at every change, and their agents' pause, resume and interval. */
export class DashboardEndpoint implements Endpoint {
  constructor(private readonly needs: DashboardNeeds) {}

  match(path: string): string | null {
    return path === '/ws' ? '' : null;
  }

  open(ws: WebSocket, socket: Socket, request: IncomingMessage): void {
    const { visits, assets, boards, onFault } = this.needs;
    let handshake: Handshake = NOBODY;
    let refusal: CodedError | null = null;
    try {
      handshake = readHandshake(request);
      if (!assets || !boards) throw new CodedError('NOT_FOUND', 'Nothing is traded here: set TRADING=paper, and assets in config/agents.yaml');
    } catch (error) {
      refusal = error as CodedError;
    }
    const transport = new RawTransport('dashboard', ws.extensions === '' ? 'json' : 'json+deflate', ws, socket, {}, errorPacket);
    const visitor = visits.open(transport, handshake);
    const { session } = visitor;
    followLife(ws, session);
    if (refusal || !assets || !boards) {
      session.endWith(refusal!);
      return;
    }
    const watched = new WatchedAssets(assets, boards, (text) => session.outbox.push(Packet.raw(text)));
    session.onClose(() => watched.leaveAll());
    const queue = new CommandQueue(visitor, tableOf(assets, watched), onFault);
    ws.on('message', (data, binary) => queue.take(readAction(data as Buffer, binary, visitor)));
    queue.first(async () => {
      try {
        await this.begin(visitor, handshake);
      } catch (error) {
        visits.refuse(visitor, error);
      }
    });
  }

  private async begin({ session }: Visitor, handshake: Handshake): Promise<void> {
    const principal = await this.needs.visits.principalOf(handshake);
    if (principal === null) throw new CodedError('UNAUTHENTICATED', 'Connect with ?token=…');
    requireScope(principal, 'read');
    session.identify(principal);
  }
}

const DONE = { data: null };

/** What is done is answered by the state. */
function tableOf(assets: Assets, watched: WatchedAssets): Readonly<Record<string, Command>> {
  const change = (act: (asset: string, by: string) => Promise<void>) => async ({ session }: Visitor, { asset }: AssetCommand) => {
    const symbol = watched.meant(asset);
    await act(symbol, session.principal!.subject);
    await watched.show(symbol);
    return DONE;
  };
  return {
    subscribe: command(SubscribeAsset, 'read', async (_visitor, { asset }) => {
      await watched.join(asset);
      return DONE;
    }),
    unsubscribe: command(AssetCommand, 'read', (_visitor, { asset }) => {
      watched.leave(watched.meant(asset));
      return DONE;
    }),
    pause: command(AssetCommand, 'trade', change((asset, by) => assets.pause(asset, by))),
    resume: command(AssetCommand, 'trade', change((asset, by) => assets.resume(asset, by))),
    set_interval: command(SetIntervalCommand, 'trade', (visitor, fields) => change((asset, by) => assets.setInterval(asset, fields.interval, by))(visitor, fields)),
  };
}

/** A frame of this protocol: its command is `action`, and no answer but the state or an error. */
function readAction(data: Buffer, binary: boolean, { session: { outbox } }: Visitor): Incoming {
  const reply = { ok: () => undefined, error: (error: CodedError) => outbox.push(errorPacket(error)) };
  const bad = (error: CodedError): Incoming => ({ kind: 'bad', error, reply });
  if (binary) return bad(new CodedError('BINARY_UNSUPPORTED', 'Send JSON in text frames'));
  let frame: unknown;
  try {
    frame = JSON.parse(data.toString());
  } catch {
    return bad(new CodedError('BAD_JSON', 'The frame is not JSON: send {"action":"subscribe","asset":"BTC/USD"}'));
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return bad(new CodedError('VALIDATION_ERROR', 'A frame must be an object with an "action"', [{ path: '', message: 'must be an object' }]));
  }
  const { action, ...payload } = frame as Record<string, unknown>;
  if (typeof action !== 'string') return bad(new CodedError('UNKNOWN_TYPE', 'The frame has no "action": send {"action":"subscribe","asset":"BTC/USD"}'));
  return { kind: 'command', type: action, payload, reply };
}
