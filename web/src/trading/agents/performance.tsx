import { useQuery } from '@tanstack/react-query';
import type { AgentPerformance } from 'conclave/client';
import { money, number, percent } from '../../format.js';
import { Stat } from '../../ui/stat.js';
import { ErrorNote, Loading } from '../../ui/states.js';
import { Change, Gain } from '../parts.js';
import { agentQuery } from '../queries.js';

const streak = (trades: number): string => (trades === 0 ? 'none' : `${Math.abs(trades)} ${trades > 0 ? 'won' : 'lost'}`);

export function Performance({ agentId, currency }: { readonly agentId: string; readonly currency: string }) {
  const { data, error, refetch } = useQuery(agentQuery<AgentPerformance>(agentId, 'performance'));
  if (error && !data) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!data) return <Loading />;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-4 p-4 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-6">
      <Stat label="P&L" note="with what is open"><Gain of={data.total_pnl} currency={currency} /></Stat>
      <Stat label="Return"><Change points={data.return_pct} /></Stat>
      <Stat label="Realised" note="after fees"><Gain of={data.realized_pnl} currency={currency} /></Stat>
      <Stat label="Trades" note={`${data.winning_trades} won, ${data.losing_trades} lost`}>{data.total_trades}</Stat>
      <Stat label="Win rate">{percent(data.win_rate)}</Stat>
      <Stat label="Profit factor" note="profits over losses">{number(data.profit_factor)}</Stat>
      <Stat label="Average win">{money(data.average_win, currency)}</Stat>
      <Stat label="Average loss">{money(data.average_loss, currency)}</Stat>
      <Stat label="Sharpe ratio" note={`a year, of ${data.sharpe_samples} hours`}>{number(data.sharpe_ratio)}</Stat>
      <Stat label="Worst drawdown" note="from a peak"><Change points={-data.max_drawdown * 100} /></Stat>
      <Stat label="Streak now">{streak(data.current_streak)}</Stat>
      <Stat label="Longest streaks">{data.longest_winning_streak} won, {Math.abs(data.longest_losing_streak)} lost</Stat>
    </dl>
  );
}
