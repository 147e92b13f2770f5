import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { LogLines } from '../config/log-lines.js';
import { logLine } from './log-line.js';
import { LogStream } from './log-stream.js';

const line = (more: object): string => `${JSON.stringify({ level: 30, time: 0, pid: 1, hostname: 'h', msg: 'said', ...more })}\n`;

describe('lines of the log', () => {
  it('have node, level, time, message and the rest', () => {
    expect(logLine('n', line({ level: 50, runs: 3 }))).toEqual({ node: 'n', level: 'error', time: '1970-01-01T00:00:00.000Z', message: 'said', context: { runs: 3 } });
  });

  it('are none below info, and none that the logger did not write', () => {
    expect([logLine('n', line({ level: 20 })), logLine('n', 'nonsense')]).toEqual([null, null]);
  });

  it('are cut where they are long', () => {
    expect(logLine('n', line({ msg: 'x'.repeat(5000), err: { stack: 'y'.repeat(5000) } }))).toMatchObject({ message: `${'x'.repeat(1000)}…`, context: { err: { stack: `${'y'.repeat(500)}…` } } });
    expect(logLine('n', line({ many: Array.from({ length: 5000 }, (_, at) => at) }))!.context).toEqual({ cut: expect.any(String) });
  });

  it('are the last so many, oldest first', () => {
    const lines = new LogLines(2);
    for (const msg of ['a', 'b', 'c']) lines.write(line({ msg }));
    expect(lines.last.map((text) => logLine('n', text)!.message)).toEqual(['b', 'c']);
  });

  it('are said only where somebody hears them, at most so many, and tell what was left out', () => {
    const [lines, said, now] = [new LogLines(), [] as Record<string, unknown>[], { ms: 0 }];
    const room = { node: 'n', heard: false, tellAll: (_type: string, data: object) => void said.push(data as Record<string, unknown>) };
    const stream = new LogStream(lines, room, () => now.ms);
    const log = pino(new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.write(chunk.toString()); done(); } }));
    log.info('nobody');
    expect(said).toEqual([]);
    room.heard = true;
    for (let at = 0; at < 130; at += 1) log.info(`${at}`);
    expect(said).toHaveLength(100);
    now.ms += 1000;
    log.info('later');
    expect(said.at(-1)).toMatchObject({ seq: 101, message: 'later', dropped: 30 });
    log.info('last');
    expect(said.at(-1)).not.toHaveProperty('dropped');
    expect(stream.recent()).toHaveLength(133);
  });
});
