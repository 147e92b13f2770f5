#!/usr/bin/env node
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

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interrupted: interrupt.signal,
  now: () => Date.now(),
});
