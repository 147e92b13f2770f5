import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startChatServer, type ChatServer } from '../../../test/support/chat-server.mjs';
import { MemoryBudget, MemoryCallLog } from '../../../test/support/memory-journal.js';
import { viewOf } from '../../../test/support/views.js';
import type { Config, ModelCallConfig, ModelSeatConfig } from '../../config/config.js';
import type { Vote } from '../../model/opinion.js';
import { Panel } from '../panel.js';
import { modelAnalysts, recordedModels, type Models } from './model-analysts.js';

let server: ChatServer;
let log: MemoryCallLog;
beforeEach(async () => {
  server = await startChatServer();
  log = new MemoryCallLog();
});
afterEach(() => server.close());

const call = (name: string): ModelCallConfig => ({
  provider: 'test', model: 'm', family: 'm', temperature: 0, seed: 1, maxTokens: 100, deadlineMs: 2000, prompt: { path: `${name}.md`, text: name },
});
const config = (mode: 'live' | 'record' | 'replay'): Pick<Config, 'models' | 'panel'> => ({
  models: {
    mode, providers: [{ name: 'test', baseUrl: server.url, apiKey: 'none', callsInFlight: 8, breakerMs: 60_000 }],
    prices: new Map([['*', { input: 1, output: 1 }]]), budgets: { day: 1, symbol: 1, requester: 1 },
    debate: { rounds: 2, bull: call('bull'), bear: call('bear'), judge: call('judge') }, embeddings: null,
  },
  panel: {
    empty: [], deadlineMs: 5000, earlyStop: false,
    seats: ['a', 'b', 'c'].map((id): ModelSeatConfig => ({ ...call(id), id, name: id, kind: 'model', role: id === 'c' ? 'risk' : 'technical', weight: 1 })),
  },
});
const NEWS = [{ id: 'n1', title: 'Up', summary: '', source: 's', url: null, publishedAt: 0, symbols: [] }];

async function ask({ analysts, deliberation }: Models, runId: string, depth: 'fast' | 'deep', steps: Vote[] = []): Promise<readonly Vote[]> {
  const panel = new Panel(analysts, 5000, () => performance.now(), undefined, { deliberation });
  return panel.ask(viewOf({ news: NEWS }), (vote) => steps.push(vote), { question: { runId, depth, requester: 'me' } });
}
const live = (): Models => modelAnalysts(config('live'), { log, budget: new MemoryBudget(1e9), onFault: (error) => { throw error; } });
/** Retries of the live run wait for a random time; what is said does not hang on it. */
const withoutLatency = (votes: readonly Vote[]): unknown => votes.map((vote) => ({ ...vote, latencyMs: 0 }));

describe('a run that was recorded', () => {
  it('says the same again from the log, with the network off', async () => {
    let nth = 0;
    server.answer = ({ body }) => {
      nth += 1;
      if (nth === 2) return { status: 500 };
      if (nth === 3) return { opinion: { confidence: 85 } };
      if (body.response_format?.type === 'json_schema' && nth === 1) return { status: 400, message: 'response_format is not known' };
      return { opinion: { signal: nth % 2 ? 'BUY' : 'SELL', confidence: (nth % 10) / 10, reasoning: [`number ${nth}`] } };
    };
    const first = await ask(live(), 'run-1', 'deep');
    expect(new Set(first.map(({ signal }) => signal))).not.toEqual(new Set(['ABSTAIN']));
    await server.close();
    const asked = server.requests.length;
    const again = await ask(recordedModels(config('live'), log, 'run-1'), 'run-1', 'deep');
    expect(withoutLatency(again)).toEqual(withoutLatency(first));
    expect(withoutLatency(await ask(modelAnalysts(config('replay'), { log, budget: new MemoryBudget(0), onFault: (error) => { throw error; } }), 'another', 'deep'))).toEqual(withoutLatency(first));
    expect(server.requests.length).toBe(asked);
  });

  it('says the n-th time what was said the n-th time, also where the question was the same', async () => {
    server.answer = (_asked, nth) => ({ opinion: { reasoning: [`number ${nth}`] } });
    const models = live();
    const [first, second] = [await ask(models, 'run-1', 'fast'), await ask(models, 'run-2', 'fast')];
    const replay = recordedModels(config('live'), log);
    expect(withoutLatency(await ask(replay, 'x', 'fast'))).toEqual(withoutLatency(first));
    expect(withoutLatency(await ask(replay, 'y', 'fast'))).toEqual(withoutLatency(second));
    expect(withoutLatency(await ask(recordedModels(config('live'), log, 'run-2'), 'z', 'fast'))).toEqual(withoutLatency(second));
  });

  it('has nothing for what was never asked: NOT_RECORDED, and no opinion', async () => {
    const votes = await ask(recordedModels(config('live'), log, 'run-1'), 'run-1', 'deep');
    expect(votes.map(({ signal, reason }) => [signal, reason])).toEqual([...Array<unknown>(3).fill(['ABSTAIN', 'NOT_RECORDED']), ['ABSTAIN', 'NO_DATA']]);
  });
});

describe('a deep run', () => {
  it('streams each step, and the judge answers for seats that have read news in their domain', async () => {
    const steps: Vote[] = [];
    const votes = await ask(live(), 'run-1', 'deep', steps);
    expect(steps.map(({ agentId, step, round }) => [agentId, step, round])).toEqual([
      ...['a', 'b', 'c'].map((id) => [id, 'analyst', undefined]), ...[1, 2].flatMap((round) => [['bull', 'bull', round], ['bear', 'bear', round]]), ['judge', 'judge', 2],
    ].sort((x, y) => steps.findIndex(({ agentId, round }) => agentId === x[0] && round === x[2]) - steps.findIndex(({ agentId, round }) => agentId === y[0] && round === y[2])));
    expect(votes.map(({ agentId, faultDomain, weight }) => [agentId, faultDomain, weight])).toEqual([
      ['a', 'model:m', 0], ['b', 'model:m', 0], ['c', 'untrusted-text', 0], ['judge', 'untrusted-text', 3],
    ]);
    const judged = server.requests.at(-1)!.body.messages[1]!.content;
    expect(judged).toContain('"by":"bull","round":2');
    expect(judged).not.toContain('run-1');
  });

  it('asks nobody to judge where no seat had an opinion', async () => {
    server.answer = () => ({ refusal: 'no' });
    const votes = await ask(live(), 'run-1', 'deep');
    expect(votes.at(-1)).toMatchObject({ agentId: 'judge', signal: 'ABSTAIN', reason: 'NO_DATA' });
    expect(server.requests).toHaveLength(3);
  });
});
