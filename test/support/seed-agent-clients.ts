import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SEED = resolve(import.meta.dirname, '../../../shared/seeds/roma-agents.md');
export const hasAgentSeed = existsSync(SEED);

/** The handlers that the printed clients call and leave to their reader: a line each, in JSON. */
const JAVASCRIPT_HANDLERS = ['updateAccountDisplay', 'updatePositionsTable', 'showNewDecision', 'notifyTradeExecution']
  .map((name) => `const ${name} = (data) => console.log('${name}', JSON.stringify(data));`).join('\n');
const PYTHON_HANDLERS = ['handle_decision', 'handle_trade']
  .map((name) => `def ${name}(data):\n    import json\n    print('${name}', json.dumps(data))\n`).join('\n');

/** The client as it is printed; only the address, which a test must not fix, is put in. */
function printed(language: string, marker: string, host: string, agentId: string): string {
  const blocks = [...readFileSync(SEED, 'utf8').matchAll(/```(\w+)\r?\n([\s\S]*?)```/g)];
  const code = blocks.find(([, tag, body]) => tag === language && body!.includes(marker))?.[2];
  if (code === undefined) throw new Error(`The seed has no client in ${language} with ${marker}`);
  return code.replaceAll('localhost:8000', host).replaceAll('deepseek-chat-v3.1', agentId);
}

export interface SeedRun {
  readonly command: string;
  readonly args: readonly string[];
}

/** @param host such as `127.0.0.1:8000` */
export function javascriptClient(folder: string, host: string, agentId = 'deepseek-chat-v3.1'): SeedRun {
  const file = join(folder, 'agent-client.mjs');
  writeFileSync(file, `${JAVASCRIPT_HANDLERS}\n${printed('typescript', 'ws.onmessage', host, agentId)}`);
  return { command: process.execPath, args: ['--experimental-websocket', '--disable-warning=ExperimentalWarning', file] };
}

export function pythonClient(python: string, folder: string, host: string, agentId = 'deepseek-chat-v3.1'): SeedRun {
  const file = join(folder, 'agent_client.py');
  writeFileSync(file, `${PYTHON_HANDLERS}\n${printed('python', 'connect_to_agent', host, agentId)}`);
  return { command: python, args: ['-u', file] };
}

/** Runs until the output fits, or the program ends. */
export async function outputOf({ command, args }: SeedRun, enough: (output: string) => boolean, onOutput: (output: string) => void = () => undefined): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
  let output = '';
  await new Promise<void>((done) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      onOutput(output);
      if (enough(output)) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => done());
  });
  child.kill('SIGKILL');
  return output;
}
