import { cp, mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { AnalystClient } from '../support/analyst-client.js';
import { SEED } from '../support/seeded.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';

const RUNS = 1000;
const SYMBOLS = 100;
const ASKERS = 8;
const DEADLINE_MS = 3000;
const HONEST = ['h1', 'h2', 'h3', 'h4', 'h5'];
const HOSTILE = ['x1', 'x2'];
const ACTIONS = ['BUY', 'SELL', 'HOLD'] as const;

afterAll(cleanUp);

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A panel of remote analysts alone. */
async function serverWithoutRules(): Promise<TestServer> {
  const root = await freshDataDir();
  await mkdir(join(root, 'config'));
  await cp(resolve(import.meta.dirname, '../../config/symbols.yaml'), join(root, 'config/symbols.yaml'));
  await writeFile(join(root, 'config/analysts.yaml'), 'analysts: []\n');
  const symbols = Array.from({ length: SYMBOLS }, (_, at) => `S${at}`).join(',');
  return startServer({ SYMBOLS: symbols, ANALYSIS_DEADLINE_MS: String(DEADLINE_MS), ANALYZE_PER_MINUTE: '1000000', LOG_LEVEL: 'error', SIGNAL_GENERATION_INTERVAL: '86400', PRICE_MOVE_TRIGGER: '1' }, root);
}

/** What honest analysts think of a run: nobody else can know it before. */
const truthOf = (runId: string): { action: (typeof ACTIONS)[number]; confidence: number } => {
  const draw = random([...runId].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7));
  return { action: ACTIONS[Math.floor(draw() * 3)]!, confidence: 0.65 + 0.3 * draw() };
};

interface RunEnd {
  readonly run_id: string;
  readonly action?: string;
  readonly confidence: number;
  readonly message?: string;
  readonly agents_consensus?: { readonly agent_details: Readonly<Record<string, { readonly signal: string; readonly reason?: string }>> };
}

/** Asks for runs and keeps of them nothing but their ends. */
class Asker {
  private readonly answers = new Map<string, (runId: string) => void>();
  private readonly waiting = new Map<string, (end: RunEnd) => void>();
  private readonly ends = new Map<string, RunEnd>();
  private asked = 0;

  private constructor(private readonly ws: WebSocket) {
    ws.on('message', (text) => {
      const { type, id, data } = JSON.parse(String(text)) as { type: string; id?: string; data: RunEnd };
      if (type === 'ack') this.answers.get(id!)?.(data.run_id);
      else if (type === 'signal_update' || type === 'system_alert') {
        this.ends.set(data.run_id, data);
        this.waiting.get(data.run_id)?.(data);
      }
    });
  }

  static async open(url: string): Promise<Asker> {
    const ws = new WebSocket(`${url}/ws/signals`);
    await once(ws, 'open');
    return new Asker(ws);
  }

  async analyze(symbol: string): Promise<RunEnd> {
    const id = String(++this.asked);
    const answered = new Promise<string>((known) => this.answers.set(id, known));
    this.ws.send(JSON.stringify({ type: 'analyze', symbol, id }));
    const runId = await answered;
    return this.ends.get(runId) ?? new Promise((ended) => this.waiting.set(runId, ended));
  }

  close(): void {
    this.ws.close();
  }
}

it('seven remote analysts, two of them hostile: the verdict is the honest ones’ in 1,000 runs, and the two are named', async () => {
  console.log(`FC_SEED=${SEED}`);
  const server = await serverWithoutRules();
  const tokens = new Map<string, string>();
  for (const name of [...HONEST, ...HOSTILE]) {
    const answer = await fetch(`${server.url}/api/analyst-tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, owner: `owner of ${name}` }) });
    tokens.set(name, ((await answer.json()) as { token: string }).token);
  }
  const connections = new Map<string, AnalystClient>();
  let over = false;
  const seat = async (name: string, act: AnalystClient['onRequest']): Promise<void> => {
    const client = await AnalystClient.connect(server.ws, tokens.get(name)!);
    client.onRequest = act;
    connections.set(name, client);
    void client.end().then(() => (over ? undefined : seat(name, act))); // who is thrown out comes back
  };

  for (const name of HONEST) {
    await seat(name, ({ run_id: runId }, client) => {
      const { action, confidence } = truthOf(runId);
      client.vote(runId, { signal: action, confidence });
    });
  }
  const misdeeds = new Map<string, number>();
  for (const [at, name] of HOSTILE.entries()) {
    const draw = random(SEED + at);
    let former = 'run-of-nobody';
    const wrong = (runId: string): string => ACTIONS.filter((action) => action !== truthOf(runId).action)[Math.floor(draw() * 2)]!;
    const deeds: Record<string, (runId: string, client: AnalystClient) => void> = {
      equivocate: (runId, client) => { client.vote(runId, { signal: wrong(runId), confidence: 1 }); client.vote(runId, { signal: 'HOLD', confidence: 0.1 }); },
      flood: (runId, client) => { for (let i = 0; i < 150; i++) client.vote(runId, { signal: wrong(runId), confidence: 1, reasoning: `${i}` }); },
      huge: (runId, client) => client.vote(runId, { signal: wrong(runId), confidence: 1e9 }),
      nan: (runId, client) => client.send(`{"type":"opinion","data":{"run_id":"${runId}","signal":"${wrong(runId)}","confidence":NaN}}`),
      long: (runId, client) => client.vote(runId, { signal: wrong(runId), confidence: 1, reasoning: 'x'.repeat(1024 * 1024) }),
      others: (_runId, client) => client.vote(former, { signal: 'SELL', confidence: 1 }),
      late: (runId, client) => void setTimeout(() => client.vote(runId, { signal: wrong(runId), confidence: 1 }), DEADLINE_MS + 50),
      none: () => undefined,
      lie: (runId, client) => client.vote(runId, { signal: wrong(runId), confidence: 1 }),
    };
    await seat(name, ({ run_id: runId }, client) => {
      const deed = Object.keys(deeds)[Math.floor(draw() * Object.keys(deeds).length)]!;
      misdeeds.set(deed, (misdeeds.get(deed) ?? 0) + 1);
      deeds[deed]!(runId, client);
      former = runId;
    });
  }

  // a connection may ask for 50 a second
  const askers = await Promise.all(Array.from({ length: ASKERS }, () => Asker.open(server.ws)));
  let begun = 0;
  const wrong: string[] = [];
  const work = async (symbol: string, asker: Asker): Promise<void> => {
    while (begun < RUNS) {
      begun += 1;
      const end = await asker.analyze(symbol);
      const { action, confidence } = truthOf(end.run_id);
      if (end.action !== action || end.confidence > confidence + 1e-9) wrong.push(`${end.run_id}: ${end.action ?? end.message} ${end.confidence} instead of ${action} ${confidence}: ${JSON.stringify(Object.entries(end.agents_consensus?.agent_details ?? {}).map(([id, vote]) => [id, vote.signal, vote.reason]))}`);
    }
  };
  await Promise.all(Array.from({ length: SYMBOLS }, (_, at) => work(`S${at}`, askers[at % ASKERS]!)));
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(misdeeds.size).toBe(9);

  const { items } = (await (await fetch(`${server.url}/api/analysts`)).json()) as { items: { agent_id: string; conduct: { hostile: boolean; why: string | null } }[] };
  expect(items.filter(({ conduct }) => conduct.hostile).map(({ agent_id: id }) => id).sort()).toEqual(HOSTILE);
  console.log(items.filter(({ conduct }) => conduct.hostile).map(({ agent_id: id, conduct }) => `${id}: ${conduct.why}`).join('\n'));
  over = true;
  for (const asker of askers) asker.close();
  for (const connection of connections.values()) connection.close();
});
