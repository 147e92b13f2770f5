import type { LogLines } from '../config/log-lines.js';
import { TokenBucket } from '../gateway/limits/token-bucket.js';
import { logLine, type LogLine } from './log-line.js';
import type { OpsRoom } from './ops-room.js';

/** Of one node. A flood of lines must not become one of messages. */
const PER_SECOND = 20;
const BURST = 100;

/** The log as `log_line`s in `ops`: what is logged at `LOG_LEVEL`, from `info` up, as long as anybody is there. */
export class LogStream {
  private readonly bucket: TokenBucket;
  private seq = 0;
  private dropped = 0;

  /** @param clock monotonic milliseconds */
  constructor(private readonly lines: LogLines, private readonly room: Pick<OpsRoom, 'node' | 'heard' | 'tellAll'>, private readonly clock: () => number) {
    this.bucket = new TokenBucket(PER_SECOND, BURST, clock());
    lines.onLine((text) => this.hear(text));
  }

  /** The newest that are kept, oldest first. */
  recent(): readonly LogLine[] {
    return this.lines.last.flatMap((text) => logLine(this.room.node, text) ?? []);
  }

  private hear(text: string): void {
    if (!this.room.heard) return;
    const line = logLine(this.room.node, text);
    if (!line) return;
    if (this.bucket.take(this.clock()) > 0) {
      this.dropped += 1;
      return;
    }
    const { dropped } = this;
    this.dropped = 0;
    this.room.tellAll('log_line', { seq: ++this.seq, ...line, ...(dropped > 0 && { dropped }) });
  }
}
