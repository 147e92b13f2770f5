import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { useRoom, useSystem, type RoomHandlers } from '../live.js';
import { symbolsQuery } from '../market.js';
import { symbolRoom } from '../rooms.js';
import { touch } from './touch.js';

/** A member of one more room while mounted. `onJoined`: what was asked before has to be asked anew. */
export function Listen({ room, on, onJoined }: { readonly room: string; readonly on: RoomHandlers; readonly onJoined?: () => void }) {
  const { name } = useRoom(room, on);
  const joined = useEffectEvent(() => onJoined?.());
  useEffect(() => {
    if (name === 'joined') joined();
  }, [name]);
  return null;
}

const traded = (): void => {
  for (const part of ['accounts', 'positions', 'orders', 'decisions'] as const) touch(part);
};

/** Decisions and fills of every symbol, and with their rooms the prices that positions are worth; states of trading. */
export function ListenToTrading() {
  const { data: symbols } = useQuery(symbolsQuery);
  useSystem({
    system_alert: ({ data: { code } }) => {
      if (!code.startsWith('TRADING_') && !code.startsWith('RECONCILIATION_')) return;
      for (const part of ['state', 'accounts', 'agents', 'agent', 'assets', 'asset'] as const) touch(part);
    },
  });
  return symbols?.map(({ symbol }) => <Listen key={symbol} room={symbolRoom(symbol)} on={{ trading_decision: traded }} onJoined={traded} />);
}
