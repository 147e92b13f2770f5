import type { CommandTable } from '../commands/commands.js';
import { OTHER_SOCKETS, type Frame, type OtherSocket } from './other-sockets.js';
import { SENT, type SentMessage } from './sent-messages.js';

type Json = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, unknown>>;

const ref = (path: string): Json => ({ $ref: `#/${path}` });
const SOCKETS = ['signals', 'symbol', 'socketio'] as const;

/** The AsyncAPI 3.0 document of the sockets: the commands of the one table with the schemas of their classes, what the server sends, and the paths with frames of their own. */
export function asyncApi(version: string, commands: CommandTable, schemas: Schemas): Json {
  const asked = Object.entries(commands).map(([type, { fields, scope }]) => [type, command(type, fields.name, scope)] as const);
  const sent = Object.entries(SENT).map(([type, message]) => [type, said(type, message)] as const);
  const all = Object.fromEntries([...asked, ...sent].map(([type]) => [type, ref(`components/messages/${type}`)]));
  const channel = (address: string, description: string): Json => ({ address, description, messages: all, ...bound(HANDSHAKE) });
  const others = Object.entries(OTHER_SOCKETS);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Conclave', version, description: 'Rooms, commands and messages; docs/PROTOCOL.md has the rules of order and recovery. Over Socket.IO a command is the event `type` with its fields and an acknowledgement, a message the event `type` with `data` and the envelope.' },
    defaultContentType: 'application/json',
    channels: {
      signals: channel('/ws/signals', 'JSON text frames; `?format=msgpack` for MessagePack'),
      symbol: { ...channel('/ws/symbols/{symbol}', 'The same, subscribed to one symbol, with a first analysis'), parameters: { symbol: { description: 'Such as AAPL; `/` in it as %2F or as it is' } } },
      socketio: channel('/socket.io/', 'Socket.IO 4, default namespace'),
      ...Object.fromEntries(others.map(([name, socket]) => [name, otherChannel(name, socket)])),
    },
    operations: Object.fromEntries([
      ...SOCKETS.flatMap((name) => operations(name, asked.map(([type]) => type), sent.map(([type]) => type))),
      ...others.flatMap(([name, socket]) => operations(name, namesOf(socket, 'asked'), namesOf(socket, 'sent'))),
    ]),
    components: { messages: Object.fromEntries([...asked, ...sent, ...others.flatMap(([name, socket]) => messagesOf(name, socket))]), schemas: { ...schemas, Envelope: ENVELOPE } },
  };
}

/** What may stand in the URL; Socket.IO has it in `auth`. */
const HANDSHAKE: Json = {
  type: 'object',
  properties: {
    token: { type: 'string', description: 'For clients that can send no header' }, client_id: { type: 'string', description: 'Of an earlier welcome' },
    since: { type: 'string', description: 'JSON: room → {epoch, offset}' }, format: { enum: ['json', 'msgpack'] },
  },
};
const bound = (query: Json): Json => ({ bindings: { ws: { query } } });

/** A path's own messages are named after it, as several have an `ack` or a `subscribe`. */
const idOf = (socket: string, message: string): string => `${socket}_${message}`;
const namesOf = ({ shared, ...own }: OtherSocket, which: 'asked' | 'sent'): string[] => [...Object.keys(own[which]), ...(shared?.[which] ?? [])];

function otherChannel(name: string, socket: OtherSocket): Json {
  const { address, description, parameters, query, shared } = socket;
  const own = [...Object.keys(socket.asked), ...Object.keys(socket.sent)].map((each) => [each, ref(`components/messages/${idOf(name, each)}`)] as const);
  const same = [...(shared?.asked ?? []), ...(shared?.sent ?? [])].map((each) => [each, ref(`components/messages/${each}`)] as const);
  return { address, description, ...(parameters && { parameters }), ...(query && bound(query)), messages: Object.fromEntries([...same, ...own]) };
}

const messagesOf = (name: string, { asked, sent }: OtherSocket): (readonly [string, Json])[] =>
  [...Object.entries(asked), ...Object.entries(sent)].map(([each, { summary, payload }]: [string, Frame]) => [idOf(name, each), { name: each, title: each, summary, payload }]);

const operations = (name: string, asked: readonly string[], sent: readonly string[]): (readonly [string, Json])[] => [
  ...(asked.length > 0 ? [[`ask_${name}`, operation('receive', name, asked)] as const] : []),
  [`hear_${name}`, operation('send', name, sent)],
];

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
