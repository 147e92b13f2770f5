import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '../../model/codes.js';
import { requires } from '../../model/scope.js';
import { EquityPoints } from '../portfolio/equity-points.js';
import { Trading, type AccountView } from '../trading.js';
import { AgentStatistics } from './agent-statistics.js';
import { accountOnWire, agentRow, cycleOnWire, equityOnWire, positionsOnWire, ranked, tradeOnWire } from './agent-views.js';
import { Agents } from './agents.js';
import { LimitQuery } from '../../storage/list.dto.js';
import { AgentPatch, PauseBody } from './agents.dto.js';
import { agentStatus, type AgentState } from './wire.js';

type Wire = Record<string, unknown>;
const ROW = 'agent_id, name, model ("rules" without one), decided_by, why (there is no model), is_running, paused, reason, error, cycle_count, last_decision_time, interval_s, symbols, '
  + 'total_balance, pnl, return_pct, win_rate, trades, max_drawdown (share of the peak), state';

@ApiTags('agents')
@Controller('api/agents')
export class AgentsController {
  constructor(private readonly agents: Agents, private readonly trading: Trading, private readonly statistics: AgentStatistics, private readonly points: EquityPoints) {}

  @Get()
  @ApiOperation({ summary: 'Trading agents, the best return first. Those of assets are under /api/assets' })
  @ApiOkResponse({ description: `[{rank, ${ROW}}]` })
  async list(): Promise<readonly Wire[]> {
    const states = await this.agents.states();
    return ranked(await Promise.all(states.filter(({ agentId }) => this.agents.config(agentId).kind === 'agent').map((state) => this.row(state))));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One agent, those of assets too' })
  @ApiOkResponse({ description: `{${ROW}, kind, leverage, account_id}` })
  async one(@Param('id') id: string): Promise<Wire> {
    const { kind, leverage, accountId } = this.agents.config(id);
    return { ...await this.row(await this.agents.state(id)), kind, leverage, account_id: accountId };
  }

  @Get(':id/account')
  @ApiOperation({ summary: 'Its account now' })
  @ApiOkResponse({ description: 'account_update data with {account_id, broker, mode, currency, wallet_balance, initial_balance, used_balance, peak_equity, day_start_equity, state, state_code, state_reason}' })
  account(@Param('id') id: string): Wire {
    return accountOnWire(this.accountOf(id));
  }

  @Get(':id/positions')
  @ApiOperation({ summary: 'Its open positions' })
  @ApiOkResponse({ description: '[position_update items with opened_at]' })
  positions(@Param('id') id: string, @Query() { limit }: LimitQuery): readonly Wire[] {
    return positionsOnWire(this.accountOf(id)).slice(0, limit);
  }

  @Get(':id/performance')
  @ApiOperation({ summary: 'What it has made of its money: of its newest 10,000 trades and five weeks of equity. null where a figure is not defined' })
  @ApiOkResponse({
    description: '{total_pnl, return_pct, realized_pnl, total_trades, winning_trades, losing_trades, win_rate (0 to 1), profit_factor, average_win, average_loss (below 0), '
      + 'sharpe_ratio (hourly returns of the equity, times √8760), sharpe_samples, max_drawdown (0 to 1), current_streak (losses below 0), longest_winning_streak, longest_losing_streak}',
  })
  performance(@Param('id') id: string): Promise<unknown> {
    return this.statistics.performance(this.accountOf(id));
  }

  @Get(':id/analytics')
  @ApiOperation({ summary: 'Its closed trades by symbol, and by the hour and weekday (UTC) at which they were opened' })
  @ApiOkResponse({ description: '{by_symbol: [{symbol, trades, win_rate, total_pnl, average_pnl}], by_hour: [{hour, …}], by_weekday: [{weekday (1 is Monday), name, …}]}' })
  analytics(@Param('id') id: string): Promise<unknown> {
    return this.statistics.analytics(this.accountOf(id));
  }

  @Get(':id/decisions')
  @ApiOperation({ summary: 'Its cycles, newest first' })
  @ApiOkResponse({ description: '[{cycle, agent_id, timestamp, status: running|decided|done|failed|interrupted, decided_by, ai_reasoning, decisions: [{action, symbol, quantity, leverage, reason, confidence, target_price, stop_loss, status, decision_id?, order_id?, gate?, error?}], error}]' })
  async decisions(@Param('id') id: string, @Query() { limit }: LimitQuery): Promise<readonly Wire[]> {
    return (await this.agents.cycles(id, limit)).map(cycleOnWire);
  }

  @Get(':id/equity-history')
  @ApiOperation({ summary: 'Its equity: the newest points, oldest first; at most one a minute of market time, and one at each fill; of long ago the last, highest and lowest of each hour, then of each day' })
  @ApiOkResponse({ description: '[{timestamp, total_balance, available_balance, unrealized_pnl}]' })
  async equityHistory(@Param('id') id: string, @Query() { limit }: LimitQuery): Promise<readonly Wire[]> {
    return (await this.points.latest(this.agents.config(id).accountId, limit)).map(equityOnWire);
  }

  @Get(':id/trades')
  @ApiOperation({ summary: 'Its closed trades, newest first' })
  @ApiOkResponse({ description: '[{trade_id, symbol, side, quantity, entry_price, exit_price, pnl (after fees), fees, leverage, opened_at, closed_at, liquidated, opened_by, closed_by}]' })
  async trades(@Param('id') id: string, @Query() { limit }: LimitQuery): Promise<readonly Wire[]> {
    return (await this.statistics.trades(this.agents.config(id).accountId, limit)).map(tradeOnWire);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @requires('trade')
  @ApiOperation({ summary: 'No more cycles; what it holds stays, with its protective orders' })
  @ApiOkResponse({ description: 'agent_status data' })
  async pause(@Param('id') id: string, @Body() body: PauseBody): Promise<Wire> {
    return agentStatus(await this.agents.pause(id, body?.reason));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @requires('trade')
  @ApiOperation({ summary: 'Cycles again; the next one is due an interval after the last' })
  @ApiOkResponse({ description: 'agent_status data' })
  async resume(@Param('id') id: string): Promise<Wire> {
    return agentStatus(await this.agents.resume(id));
  }

  @Patch(':id')
  @requires('trade')
  @ApiOperation({ summary: 'Another interval between cycles' })
  @ApiOkResponse({ description: 'agent_status data' })
  async patch(@Param('id') id: string, @Body() { interval_s: seconds }: AgentPatch): Promise<Wire> {
    return agentStatus(await this.agents.setInterval(id, seconds));
  }

  private async row(state: AgentState): Promise<Wire> {
    const config = this.agents.config(state.agentId);
    const account = state.state === null ? null : this.trading.account(config.accountId);
    return agentRow(config, state, account, account && await this.statistics.performance(account));
  }

  /** @throws CodedError NOT_FOUND, also where the agent is known and its account is not traded */
  private accountOf(id: string): AccountView {
    const { accountId } = this.agents.config(id);
    try {
      return this.trading.account(accountId);
    } catch (error) {
      if (error instanceof CodedError && error.code === 'NOT_FOUND') throw new CodedError('NOT_FOUND', `The account of ${id} is not traded by this server: is TRADING=off?`);
      throw error;
    }
  }
}
