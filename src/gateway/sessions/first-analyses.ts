/** Analyses asked for at once, and how long after them the next. */
const AT_ONCE = 10;
const EVERY_MS = 50;

/**
 * Asks for the analysis of rooms that somebody joined first. Hundreds that were joined by one command are asked for bit
 * by bit: eleven messages of each at once would be more than a client may let wait.
 */
export class FirstAnalyses {
  constructor(
    private readonly ask: (room: string) => void,
    /** Whether anybody is in the room still. */
    private readonly isWatched: (room: string) => boolean,
  ) {}

  of(rooms: readonly string[]): void {
    for (const room of rooms.slice(0, AT_ONCE)) this.ask(room);
    this.later(rooms.slice(AT_ONCE));
  }

  private later(rooms: readonly string[]): void {
    if (rooms.length > 0) setTimeout(() => this.of(rooms.filter(this.isWatched)), EVERY_MS).unref();
  }
}
