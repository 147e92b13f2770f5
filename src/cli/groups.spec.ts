import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { managementNode, type ManagementNode } from '../../test/support/management-node.js';
import { token } from '../../test/support/tokens.js';
import { GroupStore } from '../groups/group-store.js';
import { hashOf } from '../groups/token.js';
import { run } from './program.js';
import type { Terminal } from './terminal.js';

let db: FreshDatabase;
let node: ManagementNode;
let folder: string;
let out: string;
let err: string;

beforeAll(async () => {
  db = await freshSqlite();
  folder = mkdtempSync(join(tmpdir(), 'conclave-cli-'));
});
beforeEach(async () => {
  for (const table of ['groups', 'group_members', 'group_roles', 'triggers'] as const) await db.kysely.deleteFrom(table).execute();
  node = await managementNode(db, { required: true });
  [out, err] = ['', ''];
});
afterEach(() => node.stop());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

/** The exit code; `out` and `err` are of this command alone. */
const conclave = async (line: string | readonly string[], more: Partial<Terminal> = {}, scope = 'read trade'): Promise<number> => {
  [out, err] = ['', ''];
  return run(typeof line === 'string' ? line.split(' ') : line, {
    stdout: { write: (text) => ((out += text), true) }, stderr: { write: (text) => ((err += text), true) },
    env: { CONCLAVE_URL: node.url, CONCLAVE_TOKEN: await token({ scope }) }, interrupted: new AbortController().signal, now: () => 0, ...more,
  });
};
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const lines = (): string[] => out.trimEnd().split('\n');
const json = (): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

describe('conclave groups', () => {
  it('makes a group, prints its token once, and says what to do next', async () => {
    expect([await conclave('groups create --name bot --symbol BTCUSDT --leverage 3 --margin-usd 50 --interval 5m --balance 500'), err]).toEqual([0, '']);
    const [about, secret, next] = lines();
    expect(about).toBe('bot trades BTCUSDT on the account group-bot, 5 members. Its token is not shown again:');
    expect(await node.get(GroupStore).byToken(hashOf(secret!))).toMatchObject({ name: 'bot', leverage: 3, margin_usd: '50', interval: '5m' });
    expect(next).toContain('npx conclave group --token …');
    expect(node.accounts.made).toMatchObject([{ balance: 500, maxLeverage: 3 }]);
    expect(await conclave('groups create --name bare --symbol AAPL --no-members --account perp')).toBe(0);
    expect(out).toContain('It cannot discuss yet, without group_leader');
  });

  it('lists them in a table and as lines of JSON', async () => {
    expect([await conclave('groups'), out]).toEqual([0, 'There is no group: npx conclave groups create --name … --symbol …\n']);
    await conclave('groups create --name one --symbol BTCUSDT');
    await conclave('groups create --name two --symbol AAPL --no-members');
    expect(await conclave('groups')).toBe(0);
    expect(lines().map((line) => line.split(/ {2,}/))).toEqual([
      ['GROUP', 'SYMBOL', 'INTERVAL', 'MARGIN', 'MODE', 'ACCOUNT', 'MEMBERS', 'STATE', 'BACKLOG'],
      ['two', 'AAPL', '15m', '100 × 1', 'oneway', 'group-two', '0, no group_leader', 'away', '0'],
      ['one', 'BTCUSDT', '15m', '100 × 1', 'oneway', 'group-one', '5', 'away', '0'],
    ]);
    expect(await conclave('groups list --symbol aapl --json')).toBe(0);
    expect([lines().length, json()['name']]).toEqual([1, 'two']);
  });

  it('lists more than a page has', async () => {
    const now = Date.now();
    const row = { market: 'x', symbol: 'AAPL', interval: '1h', leverage: 1, margin_usd: '1', position_mode: 'oneway', account_id: 'main', token_hash: null, acks: 0, form: 'type', created_at: now, updated_at: now, deleted_at: null } as const;
    const rows = Array.from({ length: 501 }, (_, at) => ({ ...row, group_id: `01a1fc15-38a9-7451-a94f-${String(at).padStart(12, '0')}`, name: `n${at}` }));
    for (let at = 0; at < rows.length; at += 50) await db.kysely.insertInto('groups').values(rows.slice(at, at + 50)).execute();
    expect([await conclave('groups list --json'), lines().length]).toEqual([0, 501]);
  });

  it('shows one with its members, changes it, and refuses to change nothing', async () => {
    await conclave('groups create --name bot --symbol BTCUSDT --account perp');
    expect(await conclave('groups show bot')).toBe(0);
    expect(out).toContain('  trades   BTCUSDT (crypto), 15m candles, margin 100 × leverage 1, oneway');
    expect(out).toMatch(/ {2}Technical analyst +technical_analyst +rules/);
    expect(await conclave('groups update bot --leverage 5 --position-mode hedge --name robot')).toBe(0);
    expect(lines()[0]).toBe('robot  away');
    expect([await conclave('groups update robot'), err]).toEqual([2, expect.stringContaining('name what to change')]);
    expect([await conclave('groups update robot --leverage 6'), err]).toEqual([4, expect.stringContaining('VALIDATION_ERROR')]);
    expect([await conclave('groups show bot'), err]).toEqual([4, expect.stringContaining('NOT_FOUND: There is no group bot')]);
  });

  it('asks before it deletes, and says what stays', async () => {
    await conclave('groups create --name bot --symbol BTCUSDT');
    expect([await conclave('groups delete bot'), err]).toEqual([2, 'conclave: nobody can be asked here: add --yes\n']);
    expect([await conclave('groups delete bot', { ask: () => Promise.resolve('n') }), out]).toEqual([130, 'Nothing was deleted\n']);
    expect([await conclave('groups delete bot --yes'), out]).toEqual([0, 'bot is deleted. The account group-bot stays, without a position\n']);
  });

  it('replaces and revokes a token', async () => {
    await conclave('groups create --name bot --symbol BTCUSDT --json');
    const first = String(json()['token']);
    expect(await conclave('groups token bot')).toBe(0);
    const second = lines()[1]!;
    expect([await node.get(GroupStore).byToken(hashOf(first)), (await node.get(GroupStore).byToken(hashOf(second)))?.name]).toEqual([null, 'bot']);
    expect([await conclave('groups token bot --revoke'), out]).toEqual([0, 'The token of bot is revoked, and its connection closed\n']);
    expect(await node.get(GroupStore).byToken(hashOf(second))).toBeNull();
  });

  it('sends test events', async () => {
    await conclave('groups create --name bot --symbol BTCUSDT');
    expect([await conclave('groups test-event bot --preset news --priority 9'), out]).toEqual([0, expect.stringMatching(/^[\w-]{36} is stored; the group is not connected/)]);
    expect(node.dispatched.at(-1)).toMatchObject({ priority: 9, tags: ['test', 'news', 'BTCUSDT'] });
    expect(await conclave('groups test-event bot --json')).toBe(0);
    expect(json()).toMatchObject({ dispatched_clients: 0 });
    expect(await conclave('groups test-event bot --preset moon')).toBe(2);
  });

  it.each(['groups create --name x', 'groups create --name x --symbol AAPL --leverage 1.5', 'groups create --name x --symbol AAPL --margin-usd -1', 'groups create --name x --symbol AAPL --account main --balance 5', 'groups create --name x --symbol AAPL --interval 2h', 'groups show', 'groups juggle x'])(
    'takes `%s` for wrong usage', async (line) => {
      expect(await conclave(line)).toBe(2);
      expect(await db.kysely.selectFrom('groups').selectAll().execute()).toEqual([]);
    });

  it('says which scope is missing', async () => {
    expect([await conclave('groups create --name x --symbol AAPL', {}, 'read'), err]).toEqual([4, expect.stringContaining('FORBIDDEN')]);
    expect(await conclave('groups', {}, 'read')).toBe(0);
  });
});

describe('conclave groups members', () => {
  it('adds, changes and removes members', async () => {
    await conclave('groups create --name bot --symbol BTCUSDT --no-members');
    expect([await conclave('groups members bot'), out]).toEqual([0, expect.stringContaining('Nobody sits in it')]);
    expect([await conclave(['groups', 'members', 'add', 'bot', '--name', 'The Boss', '--role', 'group_leader', '--provider', 'openai', '--model', 'gpt-5', '--prompt', 'Be brief.']), out]).toEqual([0, 'The Boss is a member now, as group_leader; the group is told\n']);
    expect(await conclave('groups members bot')).toBe(0);
    expect(lines()[1]).toMatch(/^The Boss {2}group_leader {2}openai\/gpt-5 {2}its own/);
    expect(await conclave(['groups', 'members', 'update', 'bot', 'The Boss', '--model', 'none', '--provider', 'none', '--prompt-file', file('boss.md', 'Say\nless.\n')])).toBe(0);
    expect(await conclave('groups members list bot --json')).toBe(0);
    expect(json()).toMatchObject({ name: 'The Boss', provider: null, model: null, system_prompt: 'Say\nless.', own_prompt: true });
    expect([await conclave('groups members add bot --name B --role group_leader'), err]).toEqual([4, expect.stringContaining('there is one, who decides')]);
    expect(await conclave(['groups', 'members', 'update', 'bot', 'The Boss'])).toBe(2);
    expect([await conclave(['groups', 'members', 'remove', 'bot', 'The Boss']), out]).toEqual([0, 'The Boss is no member any more\n']);
    expect(node.dispatched).toHaveLength(3);
  });
});

describe('conclave roles', () => {
  it('lists, shows, makes, changes and deletes them', async () => {
    expect(await conclave('roles')).toBe(0);
    expect([lines().length, lines()[1]]).toEqual([6, expect.stringMatching(/^group_leader +Group leader +built in +You lead a trading group/)]);
    expect([await conclave('roles show risk_analyst'), lines()[0]]).toEqual([0, 'risk_analyst: Risk analyst (built in)']);
    expect(await conclave(['roles', 'create', 'macro', '--title', 'Macro analyst'])).toBe(2);
    expect([await conclave(['roles', 'create', 'macro', '--title', 'Macro analyst', '--prompt-file', file('macro.md', 'You watch rates.')]), out]).toEqual([0, expect.stringContaining('--role macro')]);
    expect(await conclave(['roles', 'update', 'macro', '--prompt', 'You watch banks.', '--json'])).toBe(0);
    expect(json()).toMatchObject({ title: 'Macro analyst', prompt: 'You watch banks.' });
    expect([await conclave('roles update macro'), await conclave('roles create x --title x --prompt-file /none'), err]).toEqual([2, 2, expect.stringContaining('cannot be read')]);
    await conclave('groups create --name bot --symbol BTCUSDT');
    await conclave('groups members add bot --name M --role macro');
    expect([await conclave('roles delete macro'), err]).toEqual([4, expect.stringContaining('STATE_FORBIDS')]);
    await conclave('groups members remove bot M');
    expect([await conclave('roles delete macro'), out]).toEqual([0, 'macro is deleted\n']);
  });
});

describe('conclave triggers', () => {
  it('prints a token or a secret once, by kind', async () => {
    expect([await conclave('triggers'), out]).toEqual([0, expect.stringContaining('There is no trigger')]);
    expect(await conclave('triggers create --name scraper --kind external')).toBe(0);
    expect(lines()).toEqual(['scraper is a trigger now, of kind external.', 'Its token is not shown again:', expect.stringMatching(/^ct_/), expect.stringContaining('/ws/events?trigger_token=…')]);
    expect(await conclave('triggers create --name hook --kind webhook --target bot')).toBe(0);
    expect(lines().slice(1)).toEqual(['Its secret is not shown again:', expect.stringMatching(/^cs_/), expect.stringContaining('/api/hooks/hook')]);
    expect(await conclave(['triggers', 'create', '--name', 'moves', '--kind', 'price_move', '--target', 'bot', '--target', 'other', '--config', '{"symbol":"BTCUSDT"}', '--disabled'])).toBe(0);
    expect(out).toBe('moves is a trigger now, of kind price_move, off.\n');
    expect(await conclave('triggers')).toBe(0);
    expect(lines().slice(1).map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([['moves', 'price_move', 'bot, other', 'off'], ['hook', 'webhook', 'bot', 'on'], ['scraper', 'external', '–', 'away']]);
    expect([await conclave('triggers token scraper'), lines()[2]]).toEqual([0, expect.stringMatching(/^ct_/)]);
    expect([await conclave('triggers token moves'), err]).toEqual([4, expect.stringContaining('STATE_FORBIDS')]);
  });

  it('changes and deletes them', async () => {
    await conclave(['triggers', 'create', '--name', 'moves', '--kind', 'price_move', '--config-file', file('moves.json', '{"targets":["bot"],"change_pct":2}')]);
    expect(await conclave('triggers update moves --target other --disable --json')).toBe(0);
    expect(json()).toMatchObject({ enabled: false, config: { targets: ['other'], change_pct: 2 } });
    expect([await conclave(['triggers', 'update', 'moves', '--enable', '--config', '{"targets":["bot"]}']), lines()[0], out]).toEqual([0, 'moves  price_move, on', expect.not.stringContaining('change_pct')]);
    expect([await conclave(['triggers', 'update', 'moves', '--config', '{}']), err]).toEqual([4, expect.stringContaining('config.targets: must be a list')]);
    for (const wrong of ['triggers update moves', 'triggers update moves --enable --disable', 'triggers update moves --config [1]', 'triggers update moves --config {', 'triggers create --name x', 'triggers create --name x --kind moon']) expect([wrong, await conclave(wrong)]).toEqual([wrong, 2]);
    expect([await conclave('triggers delete moves'), await conclave('triggers show moves')]).toEqual([0, 4]);
  });
});
