import { useCallback, useSyncExternalStore } from 'react';
import type { AgentUpdate, Message, SignalResolved, SignalUpdate, SystemAlert } from 'conclave/client';
import { symbolRoom } from './rooms.js';
import { Store } from './store.js';

/** A run as it votes. */
export interface LiveRun {
  readonly runId: string;
  /** By `agent_id`; the last word of each. */
  readonly votes: Readonly<Record<string, AgentUpdate>>;
  readonly signal: SignalUpdate | null;
  /** Why it ended without a signal. */
  readonly failed: SystemAlert | null;
}

/** What this page has heard of a symbol. REST has what was before; merge by `signal_id`. */
export interface SymbolState {
  /** By `signal_id`, newest first. */
  readonly signals: readonly SignalUpdate[];
  readonly resolved: Readonly<Record<string, SignalResolved>>;
  /** The newest first. */
  readonly runs: readonly LiveRun[];
}

const EMPTY: SymbolState = { signals: [], resolved: {}, runs: [] };
const MOST_SIGNALS = 500;
const MOST_RUNS = 20;

/** Of all symbols, newest first. */
export const heardSignals = new Store<readonly SignalUpdate[]>([]);

const states = new Map<string, SymbolState>();
const listeners = new Map<string, Set<() => void>>();

const newestFirst = (a: SignalUpdate, b: SignalUpdate): number => b.timestamp.localeCompare(a.timestamp) || b.signal_id.localeCompare(a.signal_id);

/** Both lists as one, each signal once, newest first. */
export function mergedSignals(heard: readonly SignalUpdate[], loaded: readonly SignalUpdate[]): SignalUpdate[] {
  return [...new Map([...loaded, ...heard].map((signal) => [signal.signal_id, signal])).values()].sort(newestFirst);
}

function withRun(state: SymbolState, runId: string, change: (run: LiveRun) => LiveRun): SymbolState {
  const known = state.runs.find((run) => run.runId === runId);
  const changed = change(known ?? { runId, votes: {}, signal: null, failed: null });
  const runs = known ? state.runs.map((run) => (run === known ? changed : run)) : [changed, ...state.runs].slice(0, MOST_RUNS);
  return { ...state, runs };
}

function heard(state: SymbolState, message: Message): SymbolState {
  switch (message.type) {
    case 'agent_update':
      return withRun(state, message.data.run_id, (run) => ({ ...run, votes: { ...run.votes, [message.data.agent_id]: message.data } }));
    case 'signal_update': {
      const signals = mergedSignals([message.data], state.signals).slice(0, MOST_SIGNALS);
      const next = { ...state, signals };
      return message.snapshot === true ? next : withRun(next, message.data.run_id, (run) => ({ ...run, signal: message.data }));
    }
    case 'signal_resolved':
      return { ...state, resolved: { ...state.resolved, [message.data.signal_id]: message.data } };
    case 'system_alert': {
      const { run_id: runId } = message.data;
      return runId === undefined ? state : withRun(state, runId, (run) => ({ ...run, failed: message.data }));
    }
    default:
      return state;
  }
}

/** Takes a message of a symbol's room. */
export function symbolPut(message: Message): void {
  if (!('symbol' in message.data) || typeof message.data.symbol !== 'string') return;
  const { symbol } = message.data;
  const before = states.get(symbol) ?? EMPTY;
  const after = heard(before, message);
  if (after === before) return;
  states.set(symbol, after);
  if (message.type === 'signal_update') heardSignals.update((heardBefore) => mergedSignals([message.data], heardBefore).slice(0, MOST_SIGNALS));
  for (const listener of listeners.get(symbol) ?? []) listener();
}

/** What was heard of a room's symbol is no more the whole story: REST has it. */
export function symbolForget(room: string): void {
  for (const symbol of states.keys()) {
    if (symbolRoom(symbol) !== room) continue;
    states.delete(symbol);
    heardSignals.update((signals) => signals.filter((signal) => signal.symbol !== symbol));
    for (const listener of listeners.get(symbol) ?? []) listener();
  }
}

/** Signals, votes and outcomes of a symbol, as they were heard. Join the room by `useRoom`. */
export const useSymbol = (symbol: string): SymbolState => useOf(symbol, (state) => state);

/** The newest signal that was heard; does not render with each vote. */
export const useLastSignal = (symbol: string): SignalUpdate | null => useOf(symbol, ({ signals }) => signals[0] ?? null);

function useOf<T>(symbol: string, part: (state: SymbolState) => T): T {
  const subscribe = useCallback((listener: () => void) => {
    const followers = listeners.get(symbol) ?? new Set();
    listeners.set(symbol, followers.add(listener));
    return () => void followers.delete(listener);
  }, [symbol]);
  return useSyncExternalStore(subscribe, () => part(states.get(symbol) ?? EMPTY));
}
