import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLM_MODES, type ModelCallConfig, type ModelPrice, type ModelRole, type ModelsConfig, type ProviderConfig } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { familyOf } from './model-family.js';
import type { Variables } from './variables.js';

/** What an unlisted model is booked at where the file says nothing: dear rather than free. */
const DEAR: ModelPrice = { input: 15, output: 75 };
const DAY_USD = 5;
const SHARE_USD = 2;
const DEFAULTS = { temperature: 0.2, maxTokens: 1200, deadlineMs: 25_000, callsInFlight: 16, breakerMs: 15_000, rounds: 1 };
const OPENAI_MODEL = 'gpt-5-mini';
const UNSET = 'OPENAI_API_KEY and OPENAI_BASE_URL are not set';

type Call = ModelCallConfig | { readonly why: string };

/** `model`: where neither a seat nor OPENAI_MODEL names one. */
type Provider = ProviderConfig & { readonly model: string | null };

/** What seats are read with. */
export interface ModelsRead {
  readonly config: ModelsConfig;
  /** By name: the provider, or why it cannot be used. */
  readonly providers: ReadonlyMap<string, Provider | { readonly why: string }>;
  /** OPENAI_MODEL */
  readonly model: string | null;
  readonly promptAt: (path: string, say: (problem: string) => void) => ModelCallConfig['prompt'] | null;
}

/** Which models there are, what they cost and may cost. */
export function modelsConfig(root: string, file: Fields | null, variables: Variables, findings: Findings): ModelsRead {
  const mode = variables.choice('LLM_MODE', LLM_MODES, 'live');
  const providers = providersOf(file, variables, mode === 'replay', findings);
  const usable = [...providers.values()].filter((each): each is Provider => !('why' in each));
  const promptAt = (path: string, say: (problem: string) => void): ModelCallConfig['prompt'] | null => {
    try {
      return { path, text: readFileSync(join(root, path), 'utf8') };
    } catch (error) {
      say(`${path} cannot be read (${(error as Error).message}): name a text file below the project's root`);
      return null;
    }
  };
  const read: ModelsRead = {
    providers, model: variables.text('OPENAI_MODEL'), promptAt,
    config: {
      mode, providers: usable.map(({ name, baseUrl, apiKey, callsInFlight, breakerMs }) => ({ name, baseUrl, apiKey, callsInFlight, breakerMs })),
      prices: pricesOf(file), budgets: budgetsOf(file, variables), embeddings: null, debate: null,
    },
  };
  return { ...read, config: { ...read.config, embeddings: embeddingsOf(file, read), debate: debateOf(file, read) } };
}

/** How one model is asked; why it cannot be; null where a field is wrong. `role` names the prompt file where none is named. */
export function callConfig(fields: Fields, models: ModelsRead, role: ModelRole | 'bull' | 'bear' | 'judge' | 'lesson' | undefined): Call | null {
  const name = fields.has('provider') ? fields.text('provider') : 'openai';
  const provider = name === undefined ? undefined : models.providers.get(name);
  if (name !== undefined && !provider) fields.problem('provider', `${name} is none of ${[...models.providers.keys()].join(', ')}: add it under providers`);
  const own = fields.has('model') ? fields.text('model') : undefined;
  const family = fields.has('family') ? fields.text('family') : undefined;
  const temperature = optional(fields, 'temperature', '0 to 2', (value) => value >= 0 && value <= 2) ?? DEFAULTS.temperature;
  const seed = optional(fields, 'seed', 'a whole number', Number.isSafeInteger) ?? null;
  const maxTokens = optional(fields, 'max_tokens', '16 to 32000', (value) => Number.isInteger(value) && value >= 16 && value <= 32_000) ?? DEFAULTS.maxTokens;
  const deadlineMs = optional(fields, 'deadline_ms', '100 to 600000', (value) => value >= 100 && value <= 600_000) ?? DEFAULTS.deadlineMs;
  const path = fields.has('prompt') ? fields.text('prompt') : role && `config/prompts/${role}.md`;
  const prompt = path === undefined ? null : models.promptAt(path, (problem) => fields.problem('prompt', problem));
  if (!provider || prompt === null) return null;
  if ('why' in provider) return { why: provider.why };
  const model = own ?? models.model ?? provider.model;
  if (model === null || model === undefined) return { why: 'no model is named: set OPENAI_MODEL, or model at the seat in config/analysts.yaml' };
  return { provider: provider.name, model, family: family ?? familyOf(model), temperature, seed, maxTokens, deadlineMs, prompt };
}

function providersOf(file: Fields | null, variables: Variables, replay: boolean, findings: Findings): ModelsRead['providers'] {
  const providers = new Map<string, Provider | { readonly why: string }>();
  const key = variables.text('OPENAI_API_KEY');
  const url = urlOf(variables.text('OPENAI_BASE_URL'), 'OPENAI_BASE_URL', (problem) => findings.problem(problem));
  const openai = { name: 'openai', baseUrl: url, apiKey: key ?? 'none', callsInFlight: DEFAULTS.callsInFlight, breakerMs: DEFAULTS.breakerMs };
  providers.set('openai', key !== null || url !== null || replay ? { ...openai, model: url === null ? OPENAI_MODEL : null } : { why: UNSET });
  for (const fields of file?.has('providers') ? file.objects('providers', '{name: local, base_url: "http://127.0.0.1:11434/v1"}') : []) {
    const name = fields.text('name');
    const variable = fields.has('api_key_env') ? fields.text('api_key_env') : undefined;
    const secret = variable === undefined ? 'none' : variables.text(variable);
    const given = fields.has('base_url') ? fields.text('base_url') : undefined;
    const baseUrl = given === undefined && name === 'openai' ? url : urlOf(given ?? null, 'base_url', (problem) => fields.problem('base_url', problem.replace(/^base_url /, '')));
    const callsInFlight = optional(fields, 'calls_in_flight', '1 to 1000', (value) => Number.isInteger(value) && value >= 1 && value <= 1000) ?? DEFAULTS.callsInFlight;
    const breakerMs = optional(fields, 'breaker_ms', '10 to 600000', (value) => value >= 10 && value <= 600_000) ?? DEFAULTS.breakerMs;
    const model = fields.has('model') ? fields.text('model') ?? null : null;
    fields.noOthers();
    if (name === undefined) continue;
    if (name === 'openai') {
      const before = providers.get(name)!;
      const apiKey = variable === undefined ? openai.apiKey : secret ?? 'none';
      const there = !('why' in before) || given !== undefined || (variable !== undefined && secret !== null);
      providers.set(name, there ? { name, baseUrl, apiKey, callsInFlight, breakerMs, model: model ?? (baseUrl === null ? OPENAI_MODEL : null) } : before);
    } else if (providers.has(name)) fields.problem('name', `${name} is taken: give each provider a name of its own`);
    else if (baseUrl === null) fields.problem('base_url', 'is missing: give the address of its API, such as http://127.0.0.1:11434/v1');
    else if (secret === null && !replay) providers.set(name, { why: `${variable} is not set` });
    else providers.set(name, { name, baseUrl, apiKey: secret ?? 'none', callsInFlight, breakerMs, model });
  }
  return providers;
}

function urlOf(text: string | null, name: string, say: (problem: string) => void): string | null {
  if (text === null) return null;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  say(`${name} is no address: it must begin with http:// or https://, such as http://127.0.0.1:11434/v1`);
  return null;
}

function pricesOf(file: Fields | null): ReadonlyMap<string, ModelPrice> {
  const prices = new Map<string, ModelPrice>([['*', DEAR]]);
  if (!file?.has('prices')) return prices;
  const all = file.object('prices');
  for (const model of all?.keys() ?? []) {
    const fields = all?.object(model);
    const input = fields?.number('input', 'USD per million tokens, 0 or more', dollars);
    const output = fields?.number('output', 'USD per million tokens, 0 or more', dollars);
    fields?.noOthers();
    if (input !== undefined && output !== undefined) prices.set(model, { input, output });
  }
  return prices;
}

const dollars = (value: number): boolean => value >= 0 && value <= 10_000;

function budgetsOf(file: Fields | null, variables: Variables): ModelsConfig['budgets'] {
  const own = file?.has('budgets') ? file.object('budgets') : null;
  const usd = (name: string): number | undefined => (own ? optional(own, name, 'USD, 0 or more', dollars) : undefined);
  const said = { day: usd('day_usd'), symbol: usd('symbol_usd'), requester: usd('requester_usd') };
  own?.noOthers();
  const day = variables.number('LLM_DAILY_BUDGET_USD', said.day ?? DAY_USD, { min: 0, max: 10_000 });
  return { day, symbol: said.symbol ?? Math.min(day, SHARE_USD), requester: said.requester ?? Math.min(day, SHARE_USD) };
}

function embeddingsOf(file: Fields | null, models: ModelsRead): ModelsConfig['embeddings'] {
  if (!file?.has('embeddings')) return null;
  const fields = file.object('embeddings');
  const name = fields?.text('provider');
  const model = fields?.text('model');
  fields?.noOthers();
  const provider = name === undefined ? undefined : models.providers.get(name);
  if (name !== undefined && !provider) fields?.problem('provider', `${name} is none of ${[...models.providers.keys()].join(', ')}`);
  return provider && !('why' in provider) && model !== undefined ? { provider: provider.name, model } : null;
}

function debateOf(file: Fields | null, models: ModelsRead): ModelsConfig['debate'] {
  const fields = file?.has('debate') ? file.object('debate') : null;
  if (!fields) return null;
  const rounds = optional(fields, 'rounds', '1 to 5', (value) => Number.isInteger(value) && value >= 1 && value <= 5) ?? DEFAULTS.rounds;
  const [bull, bear, judge] = (['bull', 'bear', 'judge'] as const).map((role) => {
    const own = fields.object(role);
    const call = own && callConfig(own, models, role);
    own?.noOthers();
    return call;
  });
  fields.noOthers();
  return usable(bull) && usable(bear) && usable(judge) ? { rounds, bull, bear, judge } : null;
}

const usable = (call: Call | null | undefined): call is ModelCallConfig => call !== null && call !== undefined && !('why' in call);

const optional = (fields: Fields, name: string, needed: string, fits: (value: number) => boolean): number | undefined =>
  (fields.has(name) ? fields.number(name, needed, fits) : undefined);
