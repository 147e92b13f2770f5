#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { run } from './program.js';
import { PIPE_CLOSED } from './terminal.js';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort('SIGINT')); // a second one ends the process at once
process.once('SIGTERM', () => interrupt.abort('SIGTERM'));
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt.abort(PIPE_CLOSED);
  });
}

/** Ctrl-C and the end of the input answer nothing. */
const ask = (question: string): Promise<string> => new Promise((resolve) => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once('close', () => resolve(''));
  lines.once('SIGINT', () => lines.close());
  void lines.question(question).then((text) => {
    resolve(text);
    lines.close();
  });
});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interrupted: interrupt.signal,
  now: () => Date.now(),
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
});
