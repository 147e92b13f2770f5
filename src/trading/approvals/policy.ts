import type { ApprovalPolicy } from '../../config/config.js';

/** What policies look at. */
export interface Asked {
  /** `paper`, `alpaca-paper`, `alpaca-live` */
  readonly broker: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly origin: string;
  /** Worth, in the account's currency. */
  readonly notional: number;
}

const names = (list: readonly string[] | null, name: string): boolean => list === null || list.includes(name);

const fits = (policy: ApprovalPolicy, { broker, accountId, symbol, origin, notional }: Asked): boolean =>
  names(policy.brokers, broker) && names(policy.accounts, accountId) && names(policy.symbols, symbol) && names(policy.origins, origin)
  // a worth that is not known is not small
  && !(notional < policy.minNotional);

/** How many persons must agree, by the first policy that fits; 0: nobody is asked. */
export const neededFor = ({ policies }: { readonly policies: readonly ApprovalPolicy[] }, asked: Asked): number =>
  policies.find((policy) => fits(policy, asked))?.needed ?? 0;
