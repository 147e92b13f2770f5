import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startChatServer, type ChatAnswer, type ChatServer } from '../../../test/support/chat-server.mjs';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { EventClient, type EventFrame } from '../../../test/support/event-client.js';
import { eventEdges, eventFor, newGroup } from '../../../test/support/event-edges.js';
import { until } from '../../../test/support/until.js';
import { BudgetBook } from '../../journal/budget-book.js';
import { SqlBudget } from '../../journal/budget.sql.js';
import { OpenAiEmbedder } from '../../knowledge/news/embedder.openai.js';
import { CodedError } from '../../model/codes.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import { isUnavailable } from '../../storage/unavailable.js';
import { BookedEmbedder } from './booked-embedder.js';
import { LessonIndex } from './lesson-index.js';
import { LessonStore } from './lesson-store.js';
import { BOUND_MS, Meanings } from './meanings.js';

const MODEL = 'meaning-small';
const RATES = 'The central bank raises rates';
/** What is about rates lies one way, everything else another. */
const vector = (text: string): readonly number[] => (/central bank|borrowing/i.test(text) ? [1, 0.2, 0] : [0, 0.2, 1]);

describe('what events bring, where a provider makes embeddings', () => {
  let db: FreshDatabase;
  let server: ChatServer;
  let answer: ChatAnswer;
  let edges: Awaited<ReturnType<typeof eventEdges>>;
  let index: LessonIndex;
  let budget: SqlBudget;
  let changes: string[];
  let faults: unknown[];
  let now: number;
  const clients: EventClient[] = [];

  beforeEach(async () => {
    db = await freshSqlite();
    answer = { vector };
    server = await startChatServer(() => answer);
    [changes, faults, now] = [[], [], 0];
    await begin(1);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.kill();
    await edges.stop();
    await server.close();
    expect([...faults, ...edges.faults]).toEqual([]);
    await db.drop();
  });

  /** A bound that a busy machine keeps, but where the bound itself is tried. */
  async function begin(usd: number, boundMs = 20_000): Promise<void> {
    const onFault = (error: unknown): void => void faults.push(error);
    budget = new SqlBudget({ book: new BudgetBook(db.kysely), limits: { day: usd, symbol: usd, requester: usd }, clock: Date.now, isUnavailable, onFault });
    const embedder = new BookedEmbedder({ embedder: new OpenAiEmbedder({ baseUrl: server.url, apiKey: 'k' }, MODEL), budget, price: { input: 1000, output: 0 }, onFault });
    const meanings = new Meanings({ embedder, onChange: (error) => void changes.push(error?.message ?? 'again'), restMs: 1000, clock: () => now, boundMs });
    await meanings.prepare();
    index = new LessonIndex({ store: new LessonStore(db.kysely), market: { instrument: unknown, view: unknown }, meanings, onFault });
    edges = await eventEdges(db, 'node-1', { experiences: index });
  }
  const unknown = (symbol: string): never => { throw new CodedError('UNKNOWN_SYMBOL', symbol); };
  /** Two lessons: one has the words of `RATES`, the other says what is meant. */
  function learn(groupId: string, model = MODEL): void {
    const lesson = (id: string, text: string, embedding: readonly number[]): LessonsTable => ({
      lesson_id: `${id} ${groupId}`, group_id: groupId, correlation_id: null, discussion_id: null, trade_id: id, symbol: 'BTCUSDT', leg: 'net', side: 'long', lesson: id, source: 'facts',
      outcome_return: 0.01, pnl: '1', text, situation: null, embedding: JSON.stringify({ model, vector: embedding }), at: 0, created_at: 0,
    });
    index.learn(lesson('words', 'bank holiday raises rates of attendance, central', [0, 0, 1]));
    index.learn(lesson('meaning', 'Dearer credit weighs on coins', [1, 0, 0]));
  }
  async function group(name: string, onFrame?: (frame: EventFrame, client: EventClient) => void): Promise<EventClient> {
    const { groupId, token } = await newGroup(db, name);
    learn(groupId);
    return connect(token, onFrame);
  }
  async function connect(token: string, onFrame?: (frame: EventFrame, client: EventClient) => void): Promise<EventClient> {
    const client = await EventClient.group(edges.ws, token, onFrame);
    clients.push(client);
    return client;
  }
  const brought = (event: EventFrame | undefined): readonly string[] => ((event?.['experiences'] ?? []) as { lesson: string; by?: string }[]).map(({ lesson, by }) => `${lesson}${by ? ` by ${by}` : ''}`);
  const says = (title = RATES) => ({ title, payload: 'nothing more', tags: [] });

  test('the lesson that means the same comes before the one with the same words, and says so', async () => {
    const client = await group('alpha');
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 1);
    expect(brought(client.events[0])).toEqual(['meaning by meaning']);
    expect(server.requests[0]!.body).toMatchObject({ model: MODEL, input: [expect.stringContaining(RATES)] });
  });

  test('one call for an event, whatever number of groups it goes to', async () => {
    const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => group(name)));
    await edges.desk.publish(eventFor(['a', 'b', 'c', 'd', 'e'], says()));
    await Promise.all(all.map((client) => client.until(() => client.events.length === 1)));
    for (const client of all) expect(brought(client.events[0])).toEqual(['meaning by meaning']);
    expect(server.requests.map(({ body }) => (body['input'] as unknown[]).length)).toEqual([1]);
  });

  test('a backlog is understood in one call, each with its own', async () => {
    const { groupId, token } = await newGroup(db, 'away');
    learn(groupId);
    for (const title of [RATES, 'A holiday for everybody, central bank aside', 'A holiday']) await edges.desk.publish(eventFor(['away'], says(title)));
    const client = await connect(token);
    await client.until(() => client.events.length === 3);
    expect(client.events.map((event) => brought(event)[0])).toEqual(['meaning by meaning', 'meaning by meaning', 'words by meaning']);
    expect(server.requests).toHaveLength(1);
  });

  test('a provider that hangs delays one event by the bound, and none for a while after it: words serve', async () => {
    await edges.stop();
    await begin(1, BOUND_MS);
    answer = { hang: true };
    const client = await group('alpha');
    const began = performance.now();
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 1);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(BOUND_MS - 5);
    expect(took).toBeLessThan(BOUND_MS + 3000); // what else the machine does
    expect(brought(client.events[0])).toEqual(['words']);
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 2);
    expect(brought(client.events[1])).toEqual(['words']);
    expect([server.requests.length, changes]).toEqual([1, ['No embedding within 300 ms']]);
    await until(() => server.aborted === 1, 'the call is given up');
  });

  test('one that fails is asked once, and costs nothing', async () => {
    answer = { status: 500 };
    const client = await group('alpha');
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 1);
    expect(brought(client.events[0])).toEqual(['words']);
    expect([server.requests.length, changes]).toEqual([1, [expect.stringContaining('500')]]);
    const spent = () => db.kysely.selectFrom('budgets').select(['scope', 'nano_usd']).where('nano_usd', '>', 0).execute();
    await until(async () => (await spent()).length === 0, 'what was booked is given back');
    [answer, now] = [{ vector }, 1000];
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 2);
    expect(brought(client.events[1])).toEqual(['meaning by meaning']);
    expect(changes.at(-1)).toBe('again');
    await until(async () => (await spent()).length === 3, 'one token is booked');
    expect(await spent()).toEqual(['day', 'requester:experiences', 'symbol:*'].map((scope) => ({ scope, nano_usd: 1_000_000 })));
  });

  test('with too little left of the day nothing is asked', async () => {
    await edges.stop();
    await begin(0.000001);
    const client = await group('alpha');
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 1);
    expect(brought(client.events[0])).toEqual(['words']);
    expect([server.requests.length, changes]).toEqual([0, [expect.stringContaining('daily budget')]]);
  });

  test('no other group waits, and what comes behind the one that waits does not overtake it', async () => {
    await edges.stop();
    await begin(1, BOUND_MS);
    answer = { hang: true };
    const waiting = await group('waiting');
    const { token } = await newGroup(db, 'new');
    const other = await connect(token);
    const order: string[] = [];
    waiting.onFrame = () => void order.push('waiting');
    other.onFrame = () => void order.push('other');
    const { event: first } = await edges.desk.publish(eventFor(['waiting', 'new'], says()));
    const { event: second } = await edges.desk.publish(eventFor(['waiting'], { eventType: 'order_update' }));
    await waiting.until(() => waiting.events.length === 2);
    expect(order).toEqual(['other', 'waiting', 'waiting']);
    expect(waiting.events.map(({ id }) => id as string)).toEqual([first.eventId, second.eventId]);
  });

  test('lessons of another model are found by their words, and nothing is asked', async () => {
    const { groupId, token } = await newGroup(db, 'alpha');
    learn(groupId, 'another');
    const client = await connect(token);
    await edges.desk.publish(eventFor(['alpha'], says()));
    await client.until(() => client.events.length === 1);
    expect(brought(client.events[0])).toEqual(['words']);
    expect(server.requests).toEqual([]);
  });

  test('each of many events comes once, in its order, while groups settle them', async () => {
    answer = { vector, delayMs: 20 };
    const ids: string[] = [];
    const client = await group('alpha', (frame, self) => { if (frame['type'] === 'event') self.send({ type: 'ack', id: frame['id'] }); });
    for (let at = 0; at < 40; at += 1) ids.push((await edges.desk.publish(eventFor(['alpha'], says(`${RATES} ${at}`)))).event.eventId);
    await until(async () => (await db.kysely.selectFrom('group_deliveries').select('event_id').where('settled_at', 'is', null).execute()).length === 0, 'all are settled');
    expect(client.events.map(({ id }) => id as string)).toEqual(ids);
  });
});
