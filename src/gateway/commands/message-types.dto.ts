/** What rooms carry and `types` can choose from (WIRE.md, Messages and Trading agents). */
export const MESSAGE_TYPES = [
  'agent_update', 'signal_update', 'signal_resolved', 'price_update', 'trading_decision', 'system_alert',
  'approval_update', 'alert', 'account_update', 'position_update', 'decision', 'trade_executed', 'agent_status', 'reflection',
] as const;

const KNOWN: ReadonlySet<unknown> = new Set(MESSAGE_TYPES);
export const isMessageType = (value: unknown): boolean => KNOWN.has(value);
