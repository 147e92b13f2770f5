import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { agentsFile } from './agents-file.js';
import { BROKERS, type ConfiguredInstrument, type TradingConfig } from './config.js';
import { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { callConfig, type ModelsRead } from './models.js';
import { riskFile } from './risk-file.js';
import type { Variables } from './variables.js';

const LESSON = 'config/prompts/lesson.md';
const REFLECTION = 'config/prompts/reflection.md';

/** What is traded, where, within which limits. Live trading needs a second consent, and real keys. */
export function tradingConfig(variables: Variables, root: string, models: ModelsRead, instruments: readonly ConfiguredInstrument[], findings: Findings): TradingConfig {
  const broker = variables.choice('TRADING', BROKERS, 'paper');
  const consent = variables.text('I_ACCEPT_LIVE_TRADING');
  const alpaca = alpacaOf(broker, variables, findings);
  if (broker === 'alpaca-live' && consent?.toLowerCase() !== 'yes') {
    findings.problem('TRADING=alpaca-live trades with real money: set I_ACCEPT_LIVE_TRADING=yes too, or use TRADING=alpaca-paper');
  }
  const risk = riskFile(root, findings);
  const { agents, strategies, accounts } = agentsFile(root, models, risk, instruments, findings);
  const atBroker = risk.accounts.filter((account) => account.broker === 'configured');
  if (alpaca && atBroker.length > 1) findings.problem(`config/risk.yaml: ${atBroker.map(({ id }) => id).join(', ')} all have broker: configured, and the keys open one account: leave it at one`);
  if (broker === 'off') return { broker, alpaca, accounts: [], limits: risk.limits, sizing: risk.sizing, approval: risk.approval, breaker: risk.breaker, paper: risk.paper, agents: [], strategies: [], reflection: null, lesson: null };
  return {
    broker, alpaca,
    accounts: [...risk.accounts, ...accounts].map((account) => (account.broker === 'configured' && alpaca ? { ...account, mode: 'margin' } : account)),
    limits: risk.limits, sizing: risk.sizing, approval: risk.approval, breaker: risk.breaker, paper: risk.paper, agents, strategies,
    reflection: agents.some(({ model }) => model !== null) ? models.promptAt(REFLECTION, (problem) => findings.problem(problem)) : null,
    lesson: lessonCall(root, models, findings),
  };
}

/** OPENAI_MODEL, asked with the prompt of lessons; null where there is no model, or no such file. */
function lessonCall(root: string, models: ModelsRead, findings: Findings): TradingConfig['lesson'] {
  if (!existsSync(join(root, LESSON))) return null;
  const fields = Fields.of({}, `${LESSON}: `, findings);
  const call = fields && callConfig(fields, models, 'lesson');
  return call && !('why' in call) ? call : null;
}

/** null where no broker is asked for: nothing of it is ever connected to. */
function alpacaOf(broker: TradingConfig['broker'], variables: Variables, findings: Findings): TradingConfig['alpaca'] {
  const [keyId, secretKey] = [variables.text('ALPACA_API_KEY'), variables.text('ALPACA_SECRET_KEY')];
  const [baseUrl, dataUrl, streamUrl] = [
    address('ALPACA_BASE_URL', variables.text('ALPACA_BASE_URL'), /^https?:$/),
    address('ALPACA_DATA_URL', variables.text('ALPACA_DATA_URL'), /^https?:$/),
    address('ALPACA_STREAM_URL', variables.text('ALPACA_STREAM_URL'), /^wss?:$/),
  ];
  if (broker !== 'alpaca-paper' && broker !== 'alpaca-live') {
    const unused = ['ALPACA_API_KEY', 'ALPACA_SECRET_KEY', 'ALPACA_BASE_URL', 'ALPACA_DATA_URL', 'ALPACA_STREAM_URL'].filter((name) => variables.text(name) !== null);
    if (unused.length > 0) findings.warn(`${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} no effect with TRADING=${broker}: nothing is connected to`);
    return null;
  }
  if (keyId === null || secretKey === null) {
    findings.problem(`TRADING=${broker} needs ALPACA_API_KEY and ALPACA_SECRET_KEY: set both, or use TRADING=paper`);
    return null;
  }
  if (broker === 'alpaca-paper' && baseUrl !== null && new URL(baseUrl).hostname === 'api.alpaca.markets') {
    findings.problem('TRADING=alpaca-paper with the ALPACA_BASE_URL of live trading: remove it, or say TRADING=alpaca-live');
  }
  return { keyId, secretKey, baseUrl, dataUrl, streamUrl };

  function address(name: string, text: string | null, protocols: RegExp): string | null {
    if (text === null || (URL.canParse(text) && protocols.test(new URL(text).protocol))) return text;
    findings.problem(`${name}=${text}: must be an address such as ${protocols.test('wss:') ? 'wss://paper-api.alpaca.markets/stream' : 'https://paper-api.alpaca.markets'}`);
    return null;
  }
}
