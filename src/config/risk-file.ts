import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountTerms, DEFAULT_LIMITS, DEFAULT_SIZING, limitsOf, numberOr, sizingOf } from './account.js';
import { BROKERS, type AccountConfig, type ApprovalConfig, type ApprovalPolicy, type PaperTerms, type RiskLimitsConfig, type SizingConfig, type TradingConfig } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { yamlFile } from './yaml-file.js';

const RISK_FILE = 'config/risk.yaml';
const ACCOUNT_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.:/-]{0,59}$/;
const ORIGINS = ['signal', 'agent', 'strategy', 'group', 'person'];
const MOST_LEVERAGE = 125;

export interface RiskFile extends Pick<TradingConfig, 'accounts' | 'approval' | 'breaker' | 'paper'> {
  readonly limits: RiskLimitsConfig;
  readonly sizing: SizingConfig;
}

/** `config/risk.yaml`: limits, sizing, who must agree, and the accounts beside those of agents; without it, the defaults and no such account. */
export function riskFile(root: string, findings: Findings): RiskFile {
  const file = existsSync(join(root, RISK_FILE)) ? yamlFile(root, RISK_FILE, findings) : null;
  const limits = limitsOf(file?.has('limits') ? file.object('limits') : null, DEFAULT_LIMITS);
  const sizing = sizingOf(file?.has('sizing') ? file.object('sizing') : null, DEFAULT_SIZING);
  const paper = paperTerms(file?.has('paper') ? file.object('paper') : null);
  const breaker = file?.has('breaker') ? file.choice('breaker', ['HALTED', 'REDUCING']) ?? 'HALTED' : 'HALTED';
  const approval = approvalConfig(file?.has('approval') ? file.object('approval') : null);
  const accounts = file?.has('accounts') ? accountsOf(file, limits, sizing, paper) : [];
  file?.noOthers();
  return { limits, sizing, paper, breaker, approval, accounts };
}

function accountsOf(file: Fields, limits: RiskLimitsConfig, sizing: SizingConfig, paper: PaperTerms): readonly AccountConfig[] {
  const taken = new Set<string>();
  const listed = (file.list('accounts')?.length ?? 0) === 0 ? [] : file.objects('accounts', '{id: main, broker: configured, balance: 100000}');
  return listed.flatMap((fields): AccountConfig[] => {
    const id = fields.text('id');
    if (id !== undefined && !ACCOUNT_ID.test(id)) fields.problem('id', `is ${id}: use up to 60 of A-Z a-z 0-9 _ . : / -, a letter or digit first`);
    if (id !== undefined && taken.has(id)) fields.problem('id', `${id} is taken: give each account an id of its own`);
    if (id !== undefined) taken.add(id);
    const broker = fields.has('broker') ? fields.choice('broker', ['configured', 'paper']) ?? 'paper' : 'paper';
    const followsSignals = fields.has('follows_signals') && fields.choice('follows_signals', [true, false]) === true;
    const maxLeverage = numberOr(fields, 'max_leverage', 1, `1 to ${MOST_LEVERAGE}`, (value) => Number.isInteger(value) && value >= 1 && value <= MOST_LEVERAGE);
    const terms = accountTerms(fields, limits, sizing);
    fields.noOthers();
    return id === undefined ? [] : [{ id, broker, followsSignals, maxLeverage: Math.min(maxLeverage, paper.maxLeverage), ...terms }];
  });
}

function approvalConfig(fields: Fields | null): ApprovalConfig {
  if (!fields) return { policies: [{ brokers: ['alpaca-live'], accounts: null, symbols: null, origins: null, minNotional: 0, needed: 1 }], expiresMs: 900_000, maxDrift: 0.01 };
  const minutes = numberOr(fields, 'expires_minutes', 15, '0.01 to 10080', (value) => value >= 0.01 && value <= 10_080);
  const maxDrift = numberOr(fields, 'max_drift', 0.01, 'above 0 and at most 1', (value) => value > 0 && value <= 1);
  const listed = !fields.has('policies') || (fields.list('policies')?.length ?? 0) === 0 ? [] : fields.objects('policies', '{brokers: [alpaca-live], needed: 1}');
  const policies = listed.map(policyOf);
  fields.noOthers();
  return { policies, expiresMs: minutes * 60_000, maxDrift };
}

function policyOf(fields: Fields): ApprovalPolicy {
  const names = (name: string, known?: readonly string[]): readonly string[] | null => {
    const values = fields.has(name) ? (fields.list(name) ?? []).map(String) : null;
    for (const value of values ?? []) if (known && !known.includes(value)) fields.problem(name, `${value} is none of ${known.join(', ')}`);
    return values;
  };
  const policy = {
    brokers: names('brokers', BROKERS), accounts: names('accounts'), symbols: names('symbols'), origins: names('origins', ORIGINS),
    minNotional: numberOr(fields, 'min_notional', 0, '0 or more', (value) => value >= 0 && value <= 1e12),
    needed: numberOr(fields, 'needed', 1, '0, 1 or 2', (value) => value === 0 || value === 1 || value === 2),
  };
  fields.noOthers();
  return policy;
}

function paperTerms(fields: Fields | null): PaperTerms {
  const costs = (name: string, equity: number, crypto: number): PaperTerms['fee'] => {
    const own = fields?.has(name) ? fields.object(name) : null;
    if (!own) return { equity, crypto };
    const read = { equity: numberOr(own, 'equity', equity, '0 to 0.1', cost), crypto: numberOr(own, 'crypto', crypto, '0 to 0.1', cost) };
    own.noOthers();
    return read;
  };
  const of = (name: string, or: number, needed: string, fits: (value: number) => boolean): number => (fields ? numberOr(fields, name, or, needed, fits) : or);
  const terms = {
    fee: costs('fee', 0, 0.0005), halfSpread: costs('half_spread', 0.0001, 0.0002), slippage: costs('slippage', 0.0001, 0.0003),
    participation: of('participation', 0.1, 'above 0 and at most 1', (value) => value > 0 && value <= 1),
    maintenanceMargin: of('maintenance_margin', 0.005, 'above 0 and below 0.5', (value) => value > 0 && value < 0.5),
    maxLeverage: of('max_leverage', 20, `1 to ${MOST_LEVERAGE}`, (value) => Number.isInteger(value) && value >= 1 && value <= MOST_LEVERAGE),
    fundingRate: of('funding_rate', 0, '-0.05 to 0.05', (value) => Math.abs(value) <= 0.05),
  };
  fields?.noOthers();
  return terms;
}

const cost = (value: number): boolean => value >= 0 && value <= 0.1;
