import type { Findings } from './findings.js';
import type { Variables } from './variables.js';

const BROKER = ['ALPACA_API_KEY', 'ALPACA_SECRET_KEY', 'ALPACA_BASE_URL', 'ALPACA_DATA_URL', 'ALPACA_STREAM_URL', 'I_ACCEPT_LIVE_TRADING'];

/** What the wire contract names and this version does not have: what would be missed is refused, the rest is said. */
export function notYet(variables: Variables, findings: Findings): void {
  const trading = variables.text('TRADING');
  if (trading === 'alpaca-paper' || trading === 'alpaca-live') findings.problem(`TRADING=${trading}: trading is not in this version yet; remove it`);
  else if (trading !== null && trading !== 'paper' && trading !== 'off') findings.problem(`TRADING=${trading}: must be one of off, paper, alpaca-paper, alpaca-live; only off and paper are accepted in this version`);
  warnOf(BROKER, 'brokers are not in this version yet');

  function warnOf(names: readonly string[], why: string): void {
    const set = names.filter((name) => variables.text(name) !== null);
    if (set.length > 0) findings.warn(`${set.join(', ')} ${set.length === 1 ? 'has' : 'have'} no effect: ${why}`);
  }
}
