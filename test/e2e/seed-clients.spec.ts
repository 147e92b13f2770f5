import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';

const SEED = resolve(import.meta.dirname, '../../../shared/seeds/signal-orchestration.md');

/** The clients as they are printed; only the port, which a test must not fix, is put in. */
const printed = (language: string, marker: string, port: string): string => {
  const blocks = [...readFileSync(SEED, 'utf8').matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const code = blocks.find(([, tag, body]) => tag === language && body!.includes(marker))![2]!;
  return code.replaceAll('localhost:8000', `127.0.0.1:${port}`);
};

/** Runs until the output fits, or the program ends. */
async function outputOf(command: string, args: readonly string[], enough: (output: string) => boolean): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  await new Promise<void>((done) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (enough(output)) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => done());
  });
  child.kill('SIGKILL');
  return output;
}

const describeSeeds = existsSync(SEED) ? describe : describe.skip;
if (!existsSync(SEED)) console.warn('Skipped: the seeds are not beside the project (../shared/seeds)');

describeSeeds('the clients printed in the orchestration seed run unchanged', () => {
  let server: TestServer;
  let port: string;
  beforeAll(async () => {
    server = await startServer({ SIGNAL_GENERATION_INTERVAL: '1' });
    port = new URL(server.url).port;
  });
  afterAll(cleanUp);

  test('JavaScript: every agent and the signal are printed', async () => {
    const file = join(await freshDataDir(), 'client.mjs');
    writeFileSync(file, printed('javascript', 'ws.onmessage', port));
    const output = await outputOf(process.execPath, ['--experimental-websocket', '--disable-warning=ExperimentalWarning', file],
      (text) => (text.match(/^Agent /gm)?.length ?? 0) >= 10 && /^Signal: /m.test(text));
    expect(output).toContain('Connected to GoldenSignals');
    expect(output).toMatch(/^Agent TrendAnalyst: (BUY|SELL|HOLD|ABSTAIN)$/m);
    expect(output.match(/^Agent \w+: (BUY|SELL|HOLD|ABSTAIN)$/gm)!.length).toBeGreaterThanOrEqual(10);
    expect(output).toMatch(/^Signal: (BUY|SELL|HOLD) with [\d.]+ confidence$/m);
  });

  test('Python: the types of the updates are printed', async () => {
    const file = join(await freshDataDir(), 'client.py');
    writeFileSync(file, `${printed('python', 'websockets.connect', port)}\nasyncio.run(client())\n`);
    const output = await outputOf((await findPython())!, ['-u', file], (text) => text.includes('Received: signal_update\n'));
    for (const type of ['welcome', 'ack', 'price_update', 'agent_update', 'signal_update']) expect(output).toContain(`Received: ${type}\n`);
  });

  test('curl: the status has every field that the seed shows', async () => {
    const body = printed('json', 'websocket_manager', port);
    const shown = JSON.parse(body) as Record<string, Record<string, unknown>>;
    const status = (await (await fetch(`${server.url}/ws/status`)).json()) as Record<string, Record<string, unknown>>;
    for (const [part, fields] of Object.entries(shown)) {
      for (const [name, value] of Object.entries(fields)) expect([`${part}.${name}`, typeof status[part]![name]]).toEqual([`${part}.${name}`, typeof value]);
    }
    expect(status['orchestrator']).toEqual(expect.objectContaining({ running: true, active_agents: 10 }));
  });
});
