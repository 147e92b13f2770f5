import { request, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import xlsx from 'xlsx';
import { pino } from 'pino';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Budget, type Reservation } from '../../src/journal/budget.js';
import { CallLog } from '../../src/journal/call-log.js';
import { decisionHash, decisionRecord } from '../../src/journal/decision.js';
import { inputsRecord } from '../../src/journal/inputs-record.js';
import { JournalModule } from '../../src/journal/journal.module.js';
import { RunInputs } from '../../src/journal/run-inputs.js';
import { DATABASE } from '../../src/storage/storage.module.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';
import { modelCall } from '../support/model-calls.js';
import { until } from '../support/until.js';
import { viewOf } from '../support/views.js';

const CALLS = 10_000;
const REPLY_BYTES = 10_000;
const MEBI = 1024 * 1024;
/** What may be in memory of a file of 120 MB. */
const MOST_GROWTH = 24 * MEBI;
const CANARY = 'sk-canary-0123456789';
const EVIL = ['=cmd|\'/c calc\'!A1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', ' =1', 'a,"b"\r\n=c;d'];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const inUse = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

@Module({})
class OpenedStorage {}

const config = {
  instruments: [{ symbol: 'BTC/USD' }],
  models: { providers: [{ apiKey: CANARY }], budgets: { day: 5, symbol: 2, requester: 2 } },
  auth: { jwtSecret: null },
} as unknown as Config;

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('the decision log over HTTP, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let app: INestApplication;
  let url: string;
  let ids: readonly string[];

  beforeAll(async () => {
    db = await fresh();
    const log = pino({ level: 'silent' });
    const storage = { module: OpenedStorage, providers: [{ provide: DATABASE, useValue: db }], exports: [DATABASE] };
    app = await NestFactory.create(JournalModule.of(ConfigModule.of(config, log), storage), { logger: false });
    app.useGlobalPipes(new RequestValidationPipe());
    app.useGlobalFilters(new ProblemFilter(isUnavailable, log));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    const calls = app.get(CallLog);
    const made: string[] = [];
    for (let batch = 0; batch < CALLS / 100; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => {
        const evil = EVIL[(batch + at) % EVIL.length]!;
        const call = modelCall({
          place: { symbol: at % 2 === 0 ? 'BTC/USD' : 'AAPL', requester: evil, agentId: evil },
          answer: { reply: evil + 'x'.repeat(REPLY_BYTES), error: `${evil} ${CANARY}`, outcome: at === 7 ? 'BAD_REPLY' : 'OK' },
        });
        made.push(call.callId);
        return calls.append(call);
      }));
    }
    ids = made.toReversed();
  });
  afterAll(async () => {
    await app.close();
    await db.drop();
  });

  const get = async (path: string): Promise<{ status: number; body: any }> => { // eslint-disable-line @typescript-eslint/no-explicit-any
    const response = await fetch(`${url}/api/${path}`);
    return { status: response.status, body: await response.json() };
  };
  const open = (path: string): Promise<IncomingMessage> => new Promise((resolve, reject) => {
    request(`${url}/api/${path}`, { agent: false }, resolve).on('error', reject).end();
  });
  /** The body in pieces, and by how much memory grew on the way. */
  const follow = async (path: string, take: (chunk: Buffer) => void): Promise<{ headers: IncomingMessage['headers']; bytes: number; growth: number }> => {
    const before = inUse();
    const response = await open(path);
    let [bytes, measured, growth] = [0, 0, 0];
    for await (const chunk of response as AsyncIterable<Buffer>) {
      take(chunk);
      bytes += chunk.length;
      if (bytes - measured < 10 * MEBI) continue;
      measured = bytes;
      growth = Math.max(growth, inUse() - before);
    }
    return { headers: response.headers, bytes, growth };
  };

  it('exports every call as JSON, newest first, in flat memory', async () => {
    const seen: string[] = [];
    const outcomes = new Set<string>();
    let [text, leaked] = ['', false];
    const { headers, bytes, growth } = await follow('ai-logs/export/json', (chunk) => {
      leaked ||= chunk.includes(CANARY);
      const lines = (text + chunk.toString('latin1')).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        if (line === '[' || line === ']') continue;
        const item = JSON.parse(line.replace(/,$/, '')) as { call_id: string; outcome: string };
        seen.push(item.call_id);
        outcomes.add(item.outcome);
      }
    });
    expect(seen).toEqual(ids);
    expect([...outcomes].sort()).toEqual(['BAD_REPLY', 'OK']);
    expect(leaked).toBe(false);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="ai-logs-[-\dTZ]+\.json"$/);
    expect(bytes).toBeGreaterThan(100 * MEBI);
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('exports every call as CSV without a formula, in flat memory', async () => {
    const seen: string[] = [];
    const wrong: string[] = [];
    const look = (record: Record<string, string>): void => {
      seen.push(record['call_id']!);
      for (const [column, text] of Object.entries(record)) {
        if (/^[\s\0]*[=+\-@]|^[\t\r]/.test(text)) wrong.push(`${column}: ${text.slice(0, 20)}`);
        if (text.includes(CANARY)) wrong.push(`${column} holds the secret`);
      }
      if (record['latency_ms'] !== '412.5' || record['usd'] !== '0.000065') wrong.push('a number is none');
    };
    let text = '';
    let columns: string[] | true = true;
    const read = (upTo: number): void => {
      // inside a cell a quote is doubled, so what stands before `upTo` is whole records
      (parse(text.slice(0, upTo), { columns }) as Record<string, string>[]).forEach(look);
      if (columns === true) columns = text.slice(0, text.indexOf('\r\n')).replaceAll('"', '').split(',');
      text = text.slice(upTo);
    };
    const { headers, bytes, growth } = await follow('ai-logs/export/csv', (chunk) => {
      text += chunk.toString('latin1');
      if (text.length > 4 * MEBI) read(text.lastIndexOf('\r\n"0') + 2);
    });
    read(text.length);
    expect(seen).toEqual(ids);
    expect(wrong.slice(0, 5)).toEqual([]); // all of them would take minutes to print
    expect(headers['content-type']).toContain('text/csv');
    expect(headers['content-disposition']).toMatch(/\.csv"$/);
    expect(bytes).toBeGreaterThan(100 * MEBI);
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('exports CSV that a spreadsheet opens without a formula', async () => {
    const csv = await (await fetch(`${url}/api/ai-logs/export/csv?symbol=aapl&outcome=BAD_REPLY`)).text();
    const sheet = Object.values(xlsx.read(csv, { type: 'string' }).Sheets)[0]!;
    const cells = Object.entries(sheet).filter(([at]) => !at.startsWith('!')).map(([, cell]) => cell as { f?: string; t: string });
    expect(xlsx.utils.sheet_to_json(sheet)).toHaveLength(CALLS / 100);
    expect(cells.filter(({ f }) => f !== undefined)).toEqual([]);
    // the same library takes such a cell for a formula where nothing was done about it
    expect(Object.values(xlsx.read('"=1+1"\r\n', { type: 'string' }).Sheets)[0]!['A1']).toHaveProperty('f');
  });

  it('exports what fits the filters, and an empty file where nothing does', async () => {
    const items = (await get('ai-logs/export/json?outcome=BAD_REPLY&asset=btcusd')).body;
    expect(items).toEqual([]);
    expect((await get('ai-logs/export/json?outcome=BAD_REPLY&symbol=aapl')).body).toHaveLength(CALLS / 100);
    const csv = await (await fetch(`${url}/api/ai-logs/export/csv?symbol=SPY`)).text();
    expect(csv).toMatch(/^"call_id","run_id",.*\r\n$/);
  });

  it('waits for a client that does not read, and stops when it goes away', async () => {
    let queries = 0;
    const { selectFrom } = db.kysely;
    db.kysely.selectFrom = ((...from: Parameters<typeof selectFrom>) => { queries += 1; return selectFrom.apply(db.kysely, from); }) as typeof selectFrom;
    const before = inUse();
    const response = await open('ai-logs/export/json');
    const socket = response.socket;
    await until(() => queries > 2, 'the export begins');
    const settled = async (): Promise<number> => {
      for (let last = -1; last !== queries; await new Promise((resolve) => setTimeout(resolve, 200))) last = queries;
      return queries;
    };
    expect(await settled()).toBeLessThan(60); // of more than 200; sockets buffer some megabytes
    expect(inUse() - before).toBeLessThan(MOST_GROWTH);
    socket.destroy();
    const atEnd = await settled();
    expect(atEnd).toBeLessThan(80);
    db.kysely.selectFrom = selectFrom;
    expect((await get('ai-logs?limit=1')).status).toBe(200);
  });

  it('lists calls as clients know them', async () => {
    const { body } = await get('ai-logs?limit=2&symbol=AAPL');
    expect(body.items).toHaveLength(2);
    expect(body.items[0]).toMatchObject({
      call_id: ids[0], run_id: 'run-1', symbol: 'AAPL', step: 'analyst', round: 0, attempt: 1, retries: 0, endpoint: 'openai', model: 'gpt-5-mini',
      model_returned: 'gpt-5-mini-2026-01-01', mode: 'schema', prompt: 'config/prompts/technical.md', outcome: 'OK', opinion: { signal: 'BUY', confidence: 0.8 },
      params: { temperature: 0.2, top_p: null, seed: 7, max_tokens: 1200, schema: { type: 'object' } },
      messages: [{ role: 'system', content: 'You read charts.' }, { role: 'user', content: 'AAPL at 100' }],
      as_of: '2026-01-01T00:00:00.000Z', latency_ms: 412.5, tokens: { prompt: 100, completion: 20, total: 120 }, usd: 0.000065, view: { run_id: 'run-1', as_of: '2026-01-01T00:00:00.000Z' },
    });
    const second = (await get(`ai-logs?limit=2&symbol=AAPL&cursor=${body.next}`)).body;
    expect(second.items[0].call_id).toBe(ids[4]);
    expect((await get(`ai-logs/${ids[5]}`)).body.call_id).toBe(ids[5]);
    expect((await get('ai-logs/none')).body.code).toBe('NOT_FOUND');
  });

  it.each(['limit=0', 'limit=501', 'cursor=x', 'outcome=FINE', 'from=yesterday', 'symbol=%3D1', 'q='])('refuses ai-logs?%s', async (query) => {
    expect(await get(`ai-logs?${query}`)).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
  });

  it('tells what models cost', async () => {
    await (await app.get(Budget).reserve('BTC/USD', 'schedule', 1e9) as Reservation).settle(0.25e9);
    const { body } = await get('costs');
    expect(body.today.day).toEqual({ spent: 0.25, limit: 5, left: 4.75 });
    expect(body.total).toEqual({ calls: CALLS, prompt_tokens: CALLS * 100, completion_tokens: CALLS * 20, total_tokens: CALLS * 120, usd: 0.65 });
    expect(body.by_symbol.map(({ symbol, calls }: { symbol: string; calls: number }) => [symbol, calls])).toEqual([['AAPL', CALLS / 2], ['BTC/USD', CALLS / 2]]);
    expect(body.series).toBeUndefined();
    const { series } = (await get('costs?bucket=hour')).body;
    expect(series.length).toBeGreaterThan(719);
    expect(series.reduce((calls: number, point: { calls: number }) => calls + point.calls, 0)).toBe(CALLS);
    expect((await get('costs?bucket=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z')).body.errors[0].path).toBe('bucket');
    expect((await get('costs?bucket=week')).status).toBe(400);
    expect((await get('costs?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).status).toBe(400);
    expect((await get('costs?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).status).toBe(400);
  });

  it('shows what a run was built from', async () => {
    const decision = decisionRecord([], { kind: 'too-few', faultDomains: 0, needed: 3 });
    const inputs = inputsRecord(viewOf(), { runId: 'run-1', depth: 'fast', requester: 'schedule', seats: [], rules: { threshold: 0.7, minConfidence: 0.6, minDomains: 3 } });
    await db.kysely.transaction().execute((tx) => app.get(RunInputs).insert(tx, inputs, decision));
    const { body } = await get('runs/run-1/inputs');
    expect(body).toMatchObject({ run_id: 'run-1', inputs: { depth: 'fast', view: { price: 100 } }, decision: { opinions: [] }, decision_hash: decisionHash(decision) });
    expect((await get('runs/none/inputs')).status).toBe(404);
  });
});
