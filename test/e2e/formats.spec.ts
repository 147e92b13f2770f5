import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Packr, Unpackr } from 'msgpackr';
import { once } from 'node:events';
import WebSocket from 'ws';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const QUIET = { SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', SYMBOLS: 'AAPL,NVDA,BTC/USD', ANALYZE_PER_MINUTE: '1000' };
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });
const byId = (id: unknown) => (frame: Frame): boolean => frame.id === id;

/** Any library's client: reads what comes by what kind of frame it is. */
class MixedClient {
  readonly frames: Frame[] = [];
  readonly kinds = new Set<string>();
  closed: { code: number; reason: string } | null = null;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer, binary) => {
      this.kinds.add(binary ? 'binary' : 'text');
      this.frames.push((binary ? unpackr.unpack(data) : JSON.parse(data.toString())) as Frame);
    });
    ws.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
  }

  static async open(url: string, options: WebSocket.ClientOptions = {}): Promise<MixedClient> {
    const client = new MixedClient(new WebSocket(url, options));
    await once(client.ws, 'open');
    return client;
  }

  find(fits: (frame: Frame) => boolean): Promise<Frame> {
    return until(() => this.frames.find(fits), 'a frame') as Promise<Frame>;
  }

  pack(value: unknown): void {
    this.ws.send(packr.pack(value));
  }
}

afterAll(cleanUp);

describe('?format=msgpack', () => {
  let server: TestServer;
  const open: MixedClient[] = [];
  const connect = async (path: string): Promise<MixedClient> => {
    const client = await MixedClient.open(server.ws + path);
    open.push(client);
    return client;
  };
  beforeAll(async () => { server = await startServer(QUIET); });
  afterAll(() => open.forEach(({ ws }) => ws.close()));

  it('is what the others get, in binary frames, live and caught up on', async () => {
    const json = await RawClient.open(`${server.ws}/ws/signals`);
    const packed = await connect('/ws/signals?format=msgpack');
    await json.ask('subscribe', { symbol: 'AAPL' });
    packed.pack({ type: 'subscribe', symbol: 'AAPL', id: 1 });
    const { data: { rooms: [{ epoch, offset }] } } = await packed.find(byId(1));
    packed.pack({ type: 'analyze', id: 'a', data: { symbol: 'aapl' } });
    const { data: { run_id: runId } } = await packed.find(byId('a'));
    const isEnd = ({ type, data }: Frame): boolean => type === 'signal_update' && data.run_id === runId;
    const end = await packed.find(isEnd);
    expect(end).toEqual(await json.find(isEnd));
    const ofRun = ({ data, snapshot }: Frame): boolean => data.run_id === runId && snapshot === undefined;
    expect(packed.frames.filter(ofRun).filter(({ id }) => id === undefined)).toEqual(json.frames.filter(ofRun));
    expect(packed.frames[0]).toMatchObject({ type: 'welcome', data: { heartbeat_interval: 30 } });

    const late = await connect('/ws/signals?format=msgpack');
    late.pack({ type: 'subscribe', symbol: 'AAPL', since: { epoch, offset }, id: 'since' });
    expect(await late.find(byId('since'))).toMatchObject({ data: { rooms: [{ recovered: true }] } });
    expect(await late.find((frame) => isEnd(frame) && frame.offset !== undefined)).toEqual(end);
    for (const { kinds } of [packed, late]) expect([...kinds]).toEqual(['binary']);
    json.close();
  });

  it('is spoken by /ws/symbols too', async () => {
    const client = await connect('/ws/symbols/BTC/USD?format=msgpack');
    await client.find(({ type, room }) => type === 'signal_update' && room === 'symbol:BTC/USD');
    expect([...client.kinds]).toEqual(['binary']);
  });

  it('takes commands as JSON in text frames as well, and answers in MessagePack', async () => {
    const client = await connect('/ws/signals?format=msgpack');
    client.ws.send('{"type":"ping","id":"text"}');
    client.pack({ type: 'ping', id: 'binary' });
    expect(await client.find(byId('text'))).toMatchObject({ type: 'pong' });
    expect(await client.find(byId('binary'))).toMatchObject({ type: 'pong' });
    expect([...client.kinds]).toEqual(['binary']);
  });

  it.each([
    ['bytes that are none', Buffer.from([0xc1]), { code: 'BAD_JSON', message: expect.stringMatching(/^The frame is not MessagePack that JSON could say: 0xc1/) }],
    ['an extension', packr.pack({ type: 'ping', at: new Date() }), { code: 'BAD_JSON' }],
    ['a length that nothing follows', Buffer.from('dfffffffff', 'hex'), { code: 'BAD_JSON', message: expect.stringMatching(/it ends too early/) }],
    ['text that is not JSON', '{"type":', { code: 'BAD_JSON' }],
    ['a list', packr.pack([1]), { code: 'VALIDATION_ERROR' }],
    ['no type', packr.pack({}), { code: 'UNKNOWN_TYPE' }],
    ['an unknown command', packr.pack({ type: 'toString' }), { code: 'UNKNOWN_TYPE' }],
    ['a wrong field', packr.pack({ type: 'subscribe', symbol: 7 }), { code: 'VALIDATION_ERROR' }],
  ])('refuses %s by its code and goes on', async (_name, frame, error) => {
    const client = await connect('/ws/signals?format=msgpack');
    client.ws.send(frame);
    expect((await client.find(({ type }) => type === 'error')).data).toMatchObject(error);
    client.pack({ type: 'ping', id: 'still' });
    expect(await client.find(byId('still'))).toMatchObject({ type: 'pong' });
    expect([...client.kinds]).toEqual(['binary']);
  });

  it('closes with 4400 over too many of them, after a packed error', async () => {
    const client = await connect('/ws/signals?format=msgpack');
    for (let n = 0; n < 50; n++) client.ws.send(Buffer.from([0xc1]));
    await until(() => client.closed, 'the close');
    expect(client.closed).toEqual({ code: 4400, reason: 'BAD_JSON' });
    expect([...client.kinds]).toEqual(['binary']);
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', data: { message: expect.stringMatching(/^Too many frames/) } });
  });

  it('another format is refused in JSON', async () => {
    const client = await connect('/ws/signals?format=cbor');
    await until(() => client.closed, 'the close');
    expect(client.closed).toMatchObject({ code: 4400 });
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', data: { code: 'VALIDATION_ERROR', message: 'format: must be json or msgpack' } });
  });

  it('without it a binary frame stays BINARY_UNSUPPORTED', async () => {
    const client = await connect('/ws/signals');
    client.pack({ type: 'ping' });
    expect((await client.find(({ type }) => type === 'error')).data).toMatchObject({ code: 'BINARY_UNSUPPORTED' });
  });
});

describe('WS_COMPRESSION=true', () => {
  let server: TestServer;
  beforeAll(async () => { server = await startServer({ ...QUIET, WS_COMPRESSION: 'true' }); });

  /** Bytes that came over the network below a client. */
  const received = ({ ws }: MixedClient): number => (ws as unknown as { _socket: { bytesRead: number } })._socket.bytesRead;

  it.each(['json', 'msgpack'])('%s: who offers compression gets the same in fewer bytes; who does not, gets it plain', async (format) => {
    const url = `${server.ws}/ws/signals?format=${format}`;
    const [small, plain] = await Promise.all([MixedClient.open(url), MixedClient.open(url, { perMessageDeflate: false })]);
    expect([small.ws.extensions, plain.ws.extensions]).toEqual(['permessage-deflate', '']);
    const clients = [small, plain];
    for (const client of clients) client.ws.send(JSON.stringify({ type: 'subscribe', symbol: 'NVDA', types: ['agent_update', 'signal_update'], id: 1, padding: 'x'.repeat(3000) }));
    for (const client of clients) await client.find(byId(1));
    const runs: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      small.ws.send(JSON.stringify({ type: 'analyze', symbol: 'NVDA', id: `a${n}` }));
      const { data: { run_id: runId } } = await small.find(byId(`a${n}`));
      runs.push(runId);
      for (const client of clients) await client.find(({ type, data }) => type === 'signal_update' && data.run_id === runId);
    }
    const ofRuns = ({ frames }: MixedClient): Frame[] => frames.filter(({ data, room, offset }) => room !== undefined && offset !== undefined && runs.includes(data.run_id));
    expect(ofRuns(small)).toHaveLength(33);
    expect(ofRuns(small)).toEqual(ofRuns(plain));
    expect(received(small)).toBeLessThan(0.7 * received(plain));
    for (const { ws } of clients) ws.close();
  });

  it('/stream is never compressed, /ws/symbols is', async () => {
    const [stream, symbol] = await Promise.all([MixedClient.open(`${server.ws}/stream?symbols=AAPL`), MixedClient.open(`${server.ws}/ws/symbols/AAPL`)]);
    await until(() => stream.frames[0], 'a tick');
    await symbol.find(({ type }) => type === 'signal_update');
    for (const { ws } of [stream, symbol]) ws.close();
  });

  it('a close says why before it, compressed or not', async () => {
    const client = await MixedClient.open(`${server.ws}/ws/symbols/NOPE`);
    await until(() => client.closed, 'the close');
    expect(client.closed).toEqual({ code: 4404, reason: 'UNKNOWN_SYMBOL' });
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', data: { code: 'UNKNOWN_SYMBOL' } });
  });
});
