import { timesIn } from '../words.js';

const of = (words: Readonly<Record<string, string>>) => (code: string): string => words[code] ?? code.toLowerCase().replaceAll('_', ' ');

/** What a gate, a limit or a broker refused for, in words. */
export const gateWord = of({
  BAD_INTENT: 'The order makes no sense',
  BROKER: 'The broker refused it',
  BUYING_POWER: 'Not enough buying power',
  BY_HAND: 'By hand',
  DAY_TRADE_RULE: 'Too many day trades',
  DUPLICATE: 'The same was asked before',
  HEDGING_UNSUPPORTED: 'Long and short at once is not possible here',
  NO_HEDGING: 'Long and short at once is not possible here',
  INSUFFICIENT_FUNDS: 'Not enough money',
  INSUFFICIENT_MARGIN: 'Not enough margin',
  LEVERAGE: 'Too much leverage',
  LEVERAGE_UNSUPPORTED: 'No leverage here',
  LIMIT_BROKEN: 'A limit would be broken',
  LOT_SIZE: 'Smaller than a lot',
  MARKET_CLOSED: 'The market is closed',
  MAX_CONCENTRATION: 'Too much of one underlying',
  MAX_DAILY_LOSS: 'The daily loss limit is reached',
  MAX_DRAWDOWN: 'The drawdown limit is reached',
  MAX_EXPOSURE: 'Too much exposure',
  MAX_POSITION: 'The position would be too large',
  MIN_CONFIDENCE: 'Not confident enough',
  MIN_NOTIONAL: 'Worth too little',
  NO_SHORTS: 'No short selling here',
  NOTHING_TO_REDUCE: 'There is nothing to reduce',
  NOT_ABLE: 'This account cannot do that',
  NOT_TRADABLE: 'Not tradable here',
  ORDER_RATE: 'Too many orders',
  PRICE_BAND: 'Too far from the market price',
  PRICE_STALE: 'The price is too old',
  RECONCILIATION_DIFFERS: 'Does not agree with the broker',
  STATE_HALTED: 'Trading is halted',
  STATE_REDUCING: 'Trading only reduces',
  EXPIRED: 'The approval expired',
  REJECTED: 'A person rejected it',
  PRICE_DRIFTED: 'The price moved while it waited',
});

/** Why an answer to an approval was refused, and what to do. */
export const refusalWord = of({
  HASH_MISMATCH: 'It was changed meanwhile. Look at what is shown now, then answer again.',
  EXPIRED: 'Its time has passed. Whoever wants it still must ask again.',
  PRICE_DRIFTED: 'The price has moved too far from the one that was shown. Whoever wants it still must ask again.',
  STATE_FORBIDS: 'Its state, or that of trading, does not allow it any more.',
  SAME_APPROVER: 'Another person must agree: you have already.',
  LIMIT_BROKEN: 'A risk limit would be broken.',
  FORBIDDEN: 'Your token may not approve.',
  NOT_READY: 'No price is known yet: try again in a moment.',
  NOT_FOUND: 'There is no such approval any more.',
  VALIDATION_ERROR: 'Something that you entered is not valid.',
  CANNOT_CONNECT: 'The server does not answer. Nothing is known to have happened: look again.',
});

export const statusWord = of({
  waiting_approval: 'waits for a person', partially_filled: 'partly filled', stored: 'sending', unknown: 'sending', accepted: 'open', done: 'approved', refused: 'refused',
  drifted: 'price moved', running: 'deciding', decided: 'placing orders', interrupted: 'interrupted',
});

export const actionWord = of({});

/** Of `detail` of a gate, which older servers did not always say in words. */
export const detailWord = (detail: unknown): string => (typeof detail === 'string' ? timesIn(detail) : JSON.stringify(detail));

/** Who did something: a subject, or somebody whom no token names. */
export const personWord = (subject: string): string => (subject.startsWith('anonymous:') ? 'somebody without a token' : subject);
