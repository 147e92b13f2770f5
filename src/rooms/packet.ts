import { deflated } from './deflate.js';
import { binaryFrame, textFrame } from './frame.js';
import { msgpackOf } from './msgpack.js';
import type { PriceUpdate } from '../model/price-update.js';
import type { RoomMessage } from './message.js';

/** JSON text frames, Socket.IO's packets, or the flat ticks of `/stream`. */
export type Text = 'json' | 'socketio' | 'flat';

/** What a client's transport speaks: a text, or the JSON envelope in MessagePack; on raw paths compressed where that was agreed. */
export type Format = Text | 'msgpack' | 'json+deflate' | 'msgpack+deflate';

/** Marks of a message that is sent again (`replayed`) or stands for the state at joining (`snapshot`). */
export type Mark = 'replayed' | 'snapshot';

const marked = (mark: Mark | undefined): string => (mark ? `,"${mark}":true` : '');

/** One thing to be sent, to one client or to many; encoded at most once per format. */
export class Packet {
  private readonly texts: Partial<Record<Text, string>> = {};
  private readonly frames: Partial<Record<Format, Buffer>> = {};

  private constructor(readonly type: string, private readonly write: Record<Text, () => string>) {}

  /** A row of a room's log, with its place in it. */
  static logged(message: RoomMessage, mark?: Mark): Packet {
    const { type, body, room, epoch, offset, sentAt } = message;
    const place = `"timestamp":"${sentAt}","room":${JSON.stringify(room)},"epoch":"${epoch}","offset":${offset}${marked(mark)}`;
    return Packet.of(type, body, place);
  }

  /** Something without a place: prices, snapshots, answers. `body` is JSON text. */
  static loose(type: string, body: string, timestamp: string, mark?: Mark, room?: string): Packet {
    const where = room === undefined ? '' : `,"room":${JSON.stringify(room)}`;
    return Packet.of(type, body, `"timestamp":"${timestamp}"${where}${marked(mark)}`);
  }

  /** The latest price of a symbol. */
  static price(update: PriceUpdate, sentAt: string, room: string, mark?: Mark): Packet {
    const { symbol, price, volume, source, timestamp } = update;
    const packet = Packet.loose('price_update', JSON.stringify(update), sentAt, mark, room);
    packet.write.flat = () => JSON.stringify({ symbol, price, volume: Math.round(volume), timestamp, source });
    return packet;
  }

  /** An answer on a raw socket, already in its final text. */
  static raw(text: string): Packet {
    const write = (): string => text;
    return new Packet('answer', { json: write, socketio: write, flat: write });
  }

  private static of(type: string, body: string, place: string): Packet {
    const json = (): string => `{"type":"${type}","data":${body},${place}}`;
    return new Packet(type, {
      json,
      flat: json,
      socketio: () => `2["${type}",${body},{${place}}]`,
    });
  }

  text(format: Text): string {
    return (this.texts[format] ??= this.write[format]());
  }

  /** The whole WebSocket frame; of a Socket.IO packet inside engine.io's message. */
  frame(format: Format): Buffer {
    return (this.frames[format] ??= this.encode(format));
  }

  private encode(format: Format): Buffer {
    switch (format) {
      case 'json':
      case 'flat': return textFrame(this.text(format));
      case 'socketio': return textFrame(`4${this.text(format)}`);
      case 'msgpack': return binaryFrame(msgpackOf(this.text('json')));
      case 'json+deflate': return deflated(this.frame('json'));
      case 'msgpack+deflate': return deflated(this.frame('msgpack'));
    }
  }
}
