import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { instrumentKey } from '../model/instrument.js';
import { accountTerms, numberOr } from './account.js';
import { callConfig, type ModelsRead } from './models.js';
import type { AccountConfig, AgentConfig, ConfiguredInstrument, StrategyConfig } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import type { RiskFile } from './risk-file.js';
import { strategyFile } from './strategy-file.js';
import { yamlFile } from './yaml-file.js';

const AGENTS_FILE = 'config/agents.yaml';
const ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,59}$/;
const [LEAST_S, MOST_S] = [60, 3600];

export interface AgentsFile {
  readonly agents: readonly AgentConfig[];
  readonly strategies: readonly StrategyConfig[];
  /** Of the agents. */
  readonly accounts: readonly AccountConfig[];
}

/** `config/agents.yaml`; without it there are none. */
export function agentsFile(root: string, models: ModelsRead, risk: RiskFile, instruments: readonly ConfiguredInstrument[], findings: Findings): AgentsFile {
  const file = existsSync(join(root, AGENTS_FILE)) ? yamlFile(root, AGENTS_FILE, findings) : null;
  if (!file) return { agents: [], strategies: [], accounts: [] };
  const byKey = new Map(instruments.map(({ symbol }) => [instrumentKey(symbol), symbol]));
  const taken = new Set(risk.accounts.map(({ id }) => id));
  const read = { models, risk, byKey, taken };
  const agents = listed(file, 'agents', '{id: trend-follower, name: Trend follower, symbols: [BTCUSDT]}').flatMap((fields) => agentOf(fields, 'agent', read) ?? []);
  const assets = listed(file, 'assets', '{symbol: BTC/USD}').flatMap((fields) => agentOf(fields, 'asset', read) ?? []);
  const accounts = [...agents, ...assets].map(({ account }) => account);
  const ids = [...risk.accounts, ...accounts].map(({ id }) => id);
  taken.clear(); // strategies have names of their own
  const strategies = listed(file, 'strategies', '{id: crossover, strategy: moving_average_crossover, account: main, symbols: [AAPL]}').flatMap((fields) => strategyOf(fields, ids, byKey, root, taken) ?? []);
  file.noOthers();
  return { agents: [...agents, ...assets].map(({ agent }) => agent), strategies, accounts };
}

const listed = (file: Fields, name: string, example: string): Fields[] => (!file.has(name) || (file.list(name)?.length ?? 0) === 0 ? [] : file.objects(name, example));

interface Reading {
  readonly models: ModelsRead;
  readonly risk: RiskFile;
  readonly byKey: ReadonlyMap<string, string>;
  readonly taken: Set<string>;
}

/** null where it trades nothing that this server knows, or is wrong. */
function agentOf(fields: Fields, kind: AgentConfig['kind'], { models, risk, byKey, taken }: Reading): { agent: AgentConfig; account: AccountConfig } | null {
  const wanted = kind === 'asset' ? [fields.text('symbol') ?? ''] : (fields.has('symbols') ? fields.list('symbols') ?? [] : []).map(String);
  if (kind === 'agent' && wanted.length === 0) fields.problem('symbols', 'is missing: name at least one');
  const id = kind === 'asset' ? `asset-${(wanted[0] ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-')}` : fields.text('id');
  if (id !== undefined && !ID.test(id)) fields.problem('id', `is ${id}: use up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first`);
  if (id !== undefined && taken.has(id)) fields.problem(kind === 'asset' ? 'symbol' : 'id', `${id} is taken: agents and accounts share their names`);
  if (id !== undefined) taken.add(id);
  const name = kind === 'asset' ? wanted[0] : fields.text('name');
  const intervalS = numberOr(fields, 'interval_s', 180, `${LEAST_S} to ${MOST_S}`, (value) => Number.isInteger(value) && value >= LEAST_S && value <= MOST_S);
  const call = fields.has('model') ? modelOf(fields.object('model'), models) : null;
  const leverage = numberOr(fields, 'leverage', 1, `1 to ${risk.paper.maxLeverage} (max_leverage of config/risk.yaml)`, (value) => Number.isInteger(value) && value >= 1 && value <= risk.paper.maxLeverage);
  const own = fields.has('account') ? fields.object('account') : null;
  const terms = own && accountTerms(own, risk.limits, risk.sizing);
  own?.noOthers();
  if (!terms) fields.problem('account', 'is missing: say {mode: perpetual, balance: 10000}');
  fields.noOthers();
  const symbols = wanted.flatMap((symbol) => byKey.get(instrumentKey(symbol)) ?? []);
  if (id === undefined || name === undefined || !terms || call === undefined) return null;
  if (symbols.length === 0) return null; // the file says so
  const model = call && 'why' in call ? null : call;
  return {
    agent: { id, name, accountId: id, symbols, kind, model, why: call && 'why' in call ? call.why : null, intervalS, leverage: terms.mode === 'spot' ? 1 : leverage },
    account: { id, broker: 'paper', followsSignals: false, maxLeverage: terms.mode === 'spot' ? 1 : leverage, ...terms },
  };
}

/** undefined where it is wrong. */
function modelOf(fields: Fields | null, models: ModelsRead): ReturnType<typeof callConfig> | undefined {
  if (!fields) return undefined;
  const call = callConfig(fields, models, undefined);
  fields.noOthers();
  return call ?? undefined;
}

function strategyOf(fields: Fields, accounts: readonly string[], byKey: ReadonlyMap<string, string>, root: string, taken: Set<string>): StrategyConfig | null {
  const id = fields.text('id');
  if (id !== undefined && !ID.test(id)) fields.problem('id', `is ${id}: use up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first`);
  if (id !== undefined && taken.has(id)) fields.problem('id', `${id} is taken: give each strategy an id of its own`);
  if (id !== undefined) taken.add(id);
  const strategy = fields.text('strategy');
  const file = strategy === undefined ? null : strategyFile(fields, strategy, root);
  const accountId = fields.text('account');
  if (accountId !== undefined && !accounts.includes(accountId)) fields.problem('account', `${accountId} is none of ${accounts.join(', ')}`);
  const wanted = (fields.list('symbols') ?? []).map(String);
  const own = fields.has('parameters') ? fields.object('parameters') : null;
  const parameters = Object.fromEntries((own?.keys() ?? []).flatMap((name) => {
    const value = own!.number(name, 'a number', Number.isFinite);
    return value === undefined ? [] : [[name, value] as const];
  }));
  fields.noOthers();
  const symbols = wanted.flatMap((symbol) => byKey.get(instrumentKey(symbol)) ?? []);
  if (id === undefined || strategy === undefined || accountId === undefined) return null;
  if (symbols.length === 0) return null; // the file says so
  return { id, strategy, file, accountId, symbols, parameters };
}
