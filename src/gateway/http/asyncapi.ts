import type { CommandTable } from '../commands/commands.js';
import { SENT, type SentMessage } from './sent-messages.js';

type Json = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, unknown>>;

const ref = (path: string): Json => ({ $ref: `#/${path}` });
const SOCKETS = ['signals', 'symbol', 'socketio'] as const;

/** The AsyncAPI 3.0 document of the sockets: the commands of the one table with the schemas of their classes, and what the server sends. */
export function asyncApi(version: string, commands: CommandTable, schemas: Schemas): Json {
  const asked = Object.entries(commands).map(([type, { fields, scope }]) => [type, command(type, fields.name, scope)] as const);
  const sent = Object.entries(SENT).map(([type, message]) => [type, said(type, message)] as const);
  const all = Object.fromEntries([...asked, ...sent].map(([type]) => [type, ref(`components/messages/${type}`)]));
  const channel = (address: string, description: string): Json => ({ address, description, messages: all });
  return {
    asyncapi: '3.0.0',
    info: { title: 'Conclave', version, description: 'Rooms, commands and messages; docs/PROTOCOL.md has the rules of order and recovery. Over Socket.IO a command is the event `type` with its fields and an acknowledgement, a message the event `type` with `data` and the envelope.' },
    defaultContentType: 'application/json',
    channels: {
      signals: channel('/ws/signals', 'JSON text frames; `?format=msgpack` for MessagePack'),
      symbol: { ...channel('/ws/symbols/{symbol}', 'The same, subscribed to one symbol, with a first analysis'), parameters: { symbol: { description: 'Such as AAPL; `/` in it as %2F or as it is' } } },
      socketio: channel('/socket.io/', 'Socket.IO 4, default namespace'),
    },
    operations: Object.fromEntries(SOCKETS.flatMap((name) => [
      [`ask_${name}`, operation('receive', name, asked.map(([type]) => type))],
      [`hear_${name}`, operation('send', name, sent.map(([type]) => type))],
    ])),
    components: { messages: Object.fromEntries([...asked, ...sent]), schemas: { ...schemas, Envelope: ENVELOPE } },
  };
}

const operation = (action: 'receive' | 'send', channel: string, types: readonly string[]): Json => ({
  action, channel: ref(`channels/${channel}`), messages: types.map((type) => ref(`channels/${channel}/messages/${type}`)),
});

const command = (type: string, schema: string, scope: string | null): Json => ({
  name: type, title: type, summary: scope === null ? 'Without a scope' : `Needs the scope ${scope}`,
  payload: {
    allOf: [
      { type: 'object', required: ['type'], properties: { type: { const: type }, id: { type: 'string', description: 'Comes back on the answer' } } },
      ref(`components/schemas/${schema}`),
    ],
  },
});

const said = (type: string, { logged, when, data }: SentMessage): Json => ({
  name: type, title: type, summary: `${when}${logged ? '. Logged: has room, epoch and offset' : ''}`,
  payload: { allOf: [ref('components/schemas/Envelope'), { type: 'object', properties: { type: { const: type }, data: { type: 'object', description: data } } }] },
});

const ENVELOPE: Json = {
  type: 'object', required: ['type'],
  properties: {
    type: { type: 'string' }, id: { type: 'string' }, data: { type: 'object' },
    timestamp: { type: 'string', format: 'date-time', description: 'Wall time' },
    room: { type: 'string' }, epoch: { type: 'string' }, offset: { type: 'integer', minimum: 1 },
    replayed: { type: 'boolean' }, snapshot: { type: 'boolean' },
  },
};
