import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { analystsFile } from './analysts-file.js';
import { Findings } from './findings.js';
import { familyOf } from './model-family.js';
import { Variables } from './variables.js';

let root: string;
let findings: Findings;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conclave-models-'));
  mkdirSync(join(root, 'config/prompts'), { recursive: true });
  for (const role of ['technical', 'bull', 'bear', 'judge']) writeFileSync(join(root, `config/prompts/${role}.md`), `You are ${role}.`);
  findings = new Findings();
});
afterEach(() => rmSync(root, { recursive: true }));

const SEAT = 'id: m, name: M, kind: model, role: technical, weight: 1';
const read = (yaml: string, env: Record<string, string> = {}) => {
  writeFileSync(join(root, 'config/analysts.yaml'), yaml);
  return analystsFile(root, new Variables(new Map(Object.entries(env)), findings), { feeds: [], everyMs: 1, maxAgeMs: 1 }, findings);
};

describe('model seats', () => {
  it('are empty without a key and an address, and say so', () => {
    expect(read(`analysts: [{${SEAT}}]`)).toMatchObject({ seats: [], empty: [{ id: 'm', kind: 'model', why: 'OPENAI_API_KEY and OPENAI_BASE_URL are not set' }] });
    expect(findings.problems).toEqual([]);
  });

  it('are taken with a key: the model of the variable, else a default of the vendor', () => {
    const [seat] = read(`analysts: [{${SEAT}}]`, { OPENAI_API_KEY: 'sk-1' }).seats;
    expect(seat).toMatchObject({ provider: 'openai', model: 'gpt-5-mini', family: 'gpt', prompt: { path: 'config/prompts/technical.md', text: 'You are technical.' }, seed: null });
    expect(read(`analysts: [{${SEAT}}]`, { OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'llama3.3:70b' }).seats[0]).toMatchObject({ model: 'llama3.3:70b', family: 'llama' });
  });

  it('on an address of one’s own need a model, and have no key of their own', () => {
    expect(read(`analysts: [{${SEAT}}]`, { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }).empty[0]!.why).toContain('no model is named: set OPENAI_MODEL');
    const { seats, models } = read(`analysts: [{${SEAT}, model: mine, family: ours}]`, { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' });
    expect(seats[0]).toMatchObject({ model: 'mine', family: 'ours' });
    expect(models.providers).toEqual([expect.objectContaining({ name: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'none' })]);
  });

  it('are taken for a replay without either', () => {
    expect(read(`analysts: [{${SEAT}}]`, { LLM_MODE: 'replay' })).toMatchObject({ seats: [{ id: 'm' }], models: { mode: 'replay' } });
  });

  it('may sit at several providers at once', () => {
    const yaml = `analysts: [{${SEAT}}, {${SEAT.replace('id: m', 'id: n')}, provider: local}, {${SEAT.replace('id: m', 'id: o')}, provider: dear}]
providers: [{name: local, base_url: "http://127.0.0.1:2/v1", model: qwen3, calls_in_flight: 2}, {name: dear, base_url: "http://127.0.0.1:3/v1", api_key_env: DEAR_KEY, model: claude-9}]`;
    const { seats, empty, models } = read(yaml, { OPENAI_API_KEY: 'sk-1' });
    expect(seats.map((seat) => seat.kind === 'model' && [seat.id, seat.provider, seat.family])).toEqual([['m', 'openai', 'gpt'], ['n', 'local', 'qwen']]);
    expect(empty).toEqual([{ id: 'o', name: 'M', kind: 'model', why: 'DEAR_KEY is not set' }]);
    expect(models.providers.map(({ name, callsInFlight }) => [name, callsInFlight])).toEqual([['openai', 16], ['local', 2]]);
    expect(read(yaml, { DEAR_KEY: 'k' }).seats.map(({ id }) => id)).toEqual(['n', 'o']);
  });

  it('argue where they are taken, and nobody does where none is', () => {
    const yaml = `analysts: [{${SEAT}}]\ndebate: {rounds: 2, bull: {temperature: 0.5}, bear: {}, judge: {seed: 3}}`;
    expect(read(yaml, { OPENAI_API_KEY: 'k' }).models.debate).toMatchObject({ rounds: 2, bull: { temperature: 0.5, model: 'gpt-5-mini' }, judge: { seed: 3, prompt: { text: 'You are judge.' } } });
    expect(read(yaml).models.debate).toBeNull();
  });
});

describe('what models cost', () => {
  it('is listed by model; an unlisted one is booked dear', () => {
    const { prices } = read('analysts: []\nprices: {mine: {input: 1, output: 2}}').models;
    expect([prices.get('mine'), prices.get('*')]).toEqual([{ input: 1, output: 2 }, { input: 15, output: 75 }]);
  });

  it('is bounded by the day, and by a share of it for each symbol and requester', () => {
    expect(read('analysts: []').models.budgets).toEqual({ day: 5, symbol: 2, requester: 2 });
    expect(read('analysts: []', { LLM_DAILY_BUDGET_USD: '1' }).models.budgets).toEqual({ day: 1, symbol: 1, requester: 1 });
    expect(read('analysts: []\nbudgets: {day_usd: 9, symbol_usd: 3}', { LLM_DAILY_BUDGET_USD: '7' }).models.budgets).toEqual({ day: 7, symbol: 3, requester: 2 });
  });
});

it.each([
  [`analysts: [{${SEAT}, provider: nobody}]`, {}, /analysts\[0\]\.provider nobody is none of openai: add it under providers/],
  [`analysts: [{${SEAT}, prompt: config/none.md}]`, { OPENAI_API_KEY: 'k' }, /analysts\[0\]\.prompt config\/none\.md cannot be read/],
  [`analysts: [{${SEAT}, temperature: 3}]`, { OPENAI_API_KEY: 'k' }, /analysts\[0\]\.temperature must be 0 to 2, not 3/],
  [`analysts: [{${SEAT}, tempreature: 1}]`, { OPENAI_API_KEY: 'k' }, /analysts\[0\]\.tempreature is no field here/],
  [`analysts: [{${SEAT.replace('technical', 'oracle')}}]`, { OPENAI_API_KEY: 'k' }, /analysts\[0\]\.role must be one of technical, sentiment, fundamental, news, risk/],
  ['analysts: []\nproviders: [{name: a}]', {}, /providers\[0\]\.base_url is missing/],
  ['analysts: []\nproviders: [{name: a, base_url: nonsense}]', {}, /providers\[0\]\.base_url (is|must)/],
  ['analysts: []\nprices: {m: {input: -1, output: 1}}', {}, /prices\.m\.input must be USD per million tokens/],
  ['analysts: []\nearly_stop: perhaps', {}, /early_stop must be one of true, false/],
  ['analysts: []', { OPENAI_BASE_URL: 'localhost' }, /OPENAI_BASE_URL is no address: it must begin with http/],
  ['analysts: []', { LLM_MODE: 'dream' }, /LLM_MODE=dream: must be one of live, record, replay/],
  ['analysts: []', { LLM_DAILY_BUDGET_USD: '-1' }, /LLM_DAILY_BUDGET_USD=-1: must be a number from 0/],
])('%s with %j is a mistake', (yaml, env, remedy) => {
  read(yaml, env as Record<string, string>);
  expect(findings.problems).toEqual(expect.arrayContaining([expect.stringMatching(remedy)]));
});

it.each([['gpt-5-mini', 'gpt'], ['o4-mini', 'gpt'], ['openai/gpt-4o', 'gpt'], ['claude-opus-4', 'claude'], ['meta-llama/Llama-3.3-70B', 'llama'], ['deepseek-chat', 'deepseek'], ['my-model:7b', 'my']])('%s is of the family %s', (model, family) => {
  expect(familyOf(model)).toBe(family);
});
