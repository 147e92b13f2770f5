import { describe, expect, it } from '@jest/globals';
import { unpack } from 'msgpackr';
import { inflateRawSync } from 'node:zlib';
import { Decoder } from 'socket.io-parser';
import { payloadOf } from './frame.js';
import type { RoomMessage } from './message.js';
import { Packet } from './packet.js';

const TIME = '2026-01-01T00:00:00.000Z';
const message: RoomMessage = {
  room: 'symbol:BTC/USD', epoch: 'k3x9', offset: 42, messageId: 'run:1:signal', type: 'signal_update',
  body: '{"symbol":"BTC/USD","text":"naïve \\"世界\\" \\u2028"}', sentAt: TIME,
};
const place = { timestamp: TIME, room: 'symbol:BTC/USD', epoch: 'k3x9', offset: 42 };

function socketIo(packet: Packet): unknown[] {
  const decoder = new Decoder();
  let args: unknown[] = [];
  decoder.on('decoded', ({ data }) => { args = data as unknown[]; });
  decoder.add(packet.text('socketio'));
  return args;
}

describe('a row of the log', () => {
  it('has its body as first sent, and its place in the room', () => {
    const text = Packet.logged(message).text('json');
    expect(text).toContain(`"data":${message.body}`);
    expect(JSON.parse(text)).toEqual({ type: 'signal_update', data: JSON.parse(message.body), ...place });
  });

  it('is, over Socket.IO, an event with the data and then the place', () => {
    expect(socketIo(Packet.logged(message))).toEqual(['signal_update', JSON.parse(message.body), place]);
  });

  it('says when it is sent again', () => {
    expect(JSON.parse(Packet.logged(message, 'replayed').text('json'))).toMatchObject({ ...place, replayed: true });
    expect(socketIo(Packet.logged(message, 'replayed'))[2]).toEqual({ ...place, replayed: true });
  });

  it('takes a room of any name', () => {
    const odd = Packet.logged({ ...message, room: 'client:a"\\\n' });
    expect(JSON.parse(odd.text('json'))).toMatchObject({ room: 'client:a"\\\n' });
    expect(socketIo(odd)[2]).toMatchObject({ room: 'client:a"\\\n' });
  });
});

describe('something without a place', () => {
  it('has a time, a room where it belongs to one, and a mark where it is a snapshot', () => {
    expect(JSON.parse(Packet.loose('gap', '{"from":1}', TIME).text('json'))).toEqual({ type: 'gap', data: { from: 1 }, timestamp: TIME });
    expect(JSON.parse(Packet.loose('signal_update', '{}', TIME, 'snapshot', 'symbol:A').text('json')))
      .toEqual({ type: 'signal_update', data: {}, timestamp: TIME, room: 'symbol:A', snapshot: true });
  });
});

describe('a price', () => {
  const packet = Packet.price({ symbol: 'AAPL', price: 150.5, volume: 12.6, change_pct: null, source: 'simulated', timestamp: TIME }, TIME, 'symbol:AAPL');
  it('is the update in its room', () => {
    expect(JSON.parse(packet.text('json'))).toEqual({
      type: 'price_update', timestamp: TIME, room: 'symbol:AAPL',
      data: { symbol: 'AAPL', price: 150.5, volume: 12.6, change_pct: null, source: 'simulated', timestamp: TIME },
    });
  });

  it('is a flat tick with a whole volume on `/stream`', () => {
    expect(JSON.parse(packet.text('flat'))).toEqual({ symbol: 'AAPL', price: 150.5, volume: 13, timestamp: TIME, source: 'simulated' });
  });
});

describe('MessagePack', () => {
  const long = { ...message, body: JSON.stringify({ symbol: 'BTC/USD', price: 54_461.15, at: Date.parse(TIME), none: null, yes: true, text: 'naïve 世界 '.repeat(9000), list: [1, -1, 0.1] }) };

  it.each([['short', message], ['long', long]])('is the same envelope in a binary frame: %s', (_name, row) => {
    const packet = Packet.logged(row, 'replayed');
    const frame = packet.frame('msgpack');
    expect(frame[0]).toBe(0x82);
    expect(unpack(payloadOf(frame))).toEqual(JSON.parse(packet.text('json')));
    expect(packet.frame('msgpack')).toBe(frame);
  });

  it('is plain: a map of few fields and a short text are one byte each before what is in them', () => {
    expect(payloadOf(Packet.raw('{"type":"pong","n":7}').frame('msgpack')).toString('hex')).toBe('82a474797065a4706f6e67a16e07');
  });
});

describe('compressed', () => {
  const long = { ...message, body: JSON.stringify({ text: 'the trend is your friend '.repeat(20) }) };

  it.each(['json', 'msgpack'] as const)('%s is the same bytes behind RSV1, and leans on no frame before it', (format) => {
    const packet = Packet.logged(long);
    const [plain, small] = [packet.frame(format), packet.frame(`${format}+deflate`)];
    expect(small[0]).toBe(plain[0]! | 0x40);
    expect(small.length).toBeLessThan(plain.length / 2);
    expect(inflateRawSync(Buffer.concat([payloadOf(small), Buffer.from([0, 0, 0xff, 0xff])]), { finishFlush: 2 })).toEqual(payloadOf(plain));
    expect(packet.frame(`${format}+deflate`)).toBe(small);
  });

  it('a short one stays as it is', () => {
    const packet = Packet.raw('{"type":"pong"}');
    expect(packet.frame('json+deflate')).toBe(packet.frame('json'));
  });
});

it('encodes each format once, however many clients get it', () => {
  const packet = Packet.logged(message);
  expect(packet.frame('json')).toBe(packet.frame('json'));
  expect(packet.frame('socketio')).toBe(packet.frame('socketio'));
  expect(packet.frame('socketio').subarray(-packet.text('socketio').length).toString()).not.toBe(packet.text('json'));
  const engine = Packet.raw('["a"]').frame('socketio');
  expect(engine.subarray(2).toString()).toBe('4["a"]');
});
