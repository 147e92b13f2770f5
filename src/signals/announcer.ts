import type { NewMessage } from '../rooms/message.js';
import type { RoomWriter, Work } from '../rooms/room-writer.js';

/**
 * Says a run's votes as they land. Those of one turn of the event loop go together; where the run ends in that turn
 * (rules alone), they go with its signal in one transaction.
 */
export class Announcer {
  /** Everything that the run said, in order. */
  readonly all: NewMessage[] = [];
  private said = 0;
  private scheduled = false;
  private ended = false;

  constructor(
    private readonly writer: RoomWriter,
    private readonly onFault: (error: Error) => void,
    /** In the transaction of what is said before the end; it throws where the run is another worker's by now. */
    private readonly check?: Work['store'],
  ) {}

  add(message: NewMessage): void {
    this.all.push(message);
    if (this.scheduled || this.ended) return;
    this.scheduled = true;
    setImmediate(() => this.say());
  }

  /** Takes the rest along: what was not said yet is said with the run's end. */
  end(): readonly NewMessage[] {
    this.ended = true;
    return this.all;
  }

  private say(): void {
    this.scheduled = false;
    if (this.ended) return;
    const messages = this.all.slice(this.said);
    this.said = this.all.length;
    // a failure here costs nothing: the run's end says all of it again, and what is there already adds nothing
    this.writer.say({ ...(this.check && { store: this.check }), messages }).catch((error: unknown) => this.onFault(error instanceof Error ? error : new Error(String(error))));
  }
}
