/** A stream as the commands see it: `process.stdout`, or a test's. */
export interface Output {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What a command may touch of the world. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C, and with the reason `PIPE_CLOSED` when nobody reads any more. */
  readonly interrupted: AbortSignal;
  /** Wall time, epoch milliseconds. */
  now(): number;
  /** Asks the person in front of it; absent where nobody is. An end of the input is an empty answer. */
  ask?(question: string): Promise<string>;
}

export const PIPE_CLOSED = 'the reader has gone';

export const say = (terminal: Terminal, text: string): void => void terminal.stdout.write(`${text}\n`);
export const complain = (terminal: Terminal, text: string): void => void terminal.stderr.write(`conclave: ${text}\n`);
