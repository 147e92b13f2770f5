import type { RoomMessage } from './message.js';
import type { RoomLog } from './room-log.js';

/** Pages under way at once: many clients that come back share the loop with those who are live. */
const AT_ONCE = 2;

/** The log as clients read it who come back: page by page, in turns, so that many of them do not keep the node from its other work. */
export class LogPages {
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly log: Pick<RoomLog, 'read'>) {}

  /** As `RoomLog.read`, when its turn has come. */
  async read(room: string, after: number, upTo: number, limit: number): Promise<readonly RoomMessage[]> {
    if (this.underWay === AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.underWay += 1;
    try {
      return await this.log.read(room, after, upTo, limit);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.underWay -= 1;
    }
  }
}
