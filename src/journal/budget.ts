/** What a call may cost at most, booked before it is made. Settle it exactly once. */
export interface Reservation {
  /** What it cost in the end, in billionths of a dollar, not more than was reserved; `null`: unknown, the whole stays booked. */
  settle(nanoUsd: number | null): Promise<void>;
}

/** Why a reservation was refused. */
export interface OverBudget {
  /** `day`, `symbol` or `requester`. */
  readonly scope: 'day' | 'symbol' | 'requester';
  /** USD. */
  readonly limit: number;
  readonly left: number;
}

/** Dollars that models may cost: a day, a symbol and day, a requester and day (UTC), over all nodes. */
export abstract class Budget {
  /** Books the most that a call may cost in all three, or in none. Rejects where the database is away. */
  abstract reserve(symbol: string, requester: string, nanoUsd: number): Promise<Reservation | OverBudget>;
}

export const isOverBudget = (answer: Reservation | OverBudget): answer is OverBudget => 'scope' in answer;

export const NANO = 1e9;
