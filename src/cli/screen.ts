import type { Output } from './terminal.js';

const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';
const ERASE_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** A block of lines that is written over in place, at most once per `everyMs`. */
export class Screen {
  #height = 0;
  #width = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = -Infinity;

  constructor(private readonly out: Output, private readonly now: () => number, private readonly lines: () => readonly string[], private readonly everyMs = 200) {}

  /** Something has changed: draws now or when the time has come, once for all changes until then. */
  refresh(): void {
    this.#timer ??= setTimeout(() => this.#draw(), Math.max(0, this.#drawnAt + this.everyMs - this.now()));
  }

  /** Draws for the last time and leaves the cursor below. */
  end(): void {
    this.#draw();
    clearTimeout(this.#timer);
    this.out.write(SHOW);
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = this.now();
    const width = this.out.columns ?? 80;
    // after a change of width the old lines have wrapped: begin on a clean screen
    const back = width !== this.#width && this.#width > 0 ? '\x1b[2J\x1b[H' : this.#height > 0 ? `\x1b[${this.#height}A\r` : '';
    const lines = this.lines();
    this.out.write(HIDE + back + lines.map((line) => `${line}${ERASE_LINE}\n`).join('') + ERASE_BELOW);
    this.#height = lines.length;
    this.#width = width;
  }
}
