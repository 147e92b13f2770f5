import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../market/market.js';
import { CodedError } from '../model/codes.js';
import { requires } from '../model/scope.js';
import { PageQuery } from '../storage/list.dto.js';
import { pageOf } from '../storage/page-of.js';
import { NewAccountBody } from './accounts.dto.js';
import { decisionOnWire } from './decision-message.js';
import { accountOnWire, fillOnWire, orderOnWire, positionOnWire } from './on-wire.js';
import { DecisionsQuery, OrdersQuery, PositionsQuery } from './trading.dto.js';
import { TradingReads } from './trading-reads.js';
import { Desks } from './desks.js';

interface Listed {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

@ApiTags('trading')
@Controller('api')
export class TradingController {
  constructor(private readonly reads: TradingReads, private readonly trading: Desks, private readonly market: Market) {}

  @Get('orders')
  @ApiOperation({ summary: 'Orders, newest first' })
  @ApiOkResponse({ description: '{items: [{order_id, decision_id, account_id, symbol, side, quantity, order_type, limit_price, stop_price, status, filled_quantity, average_price, fees, …}], next}' })
  async orders(@Query() { account, symbol, status, limit, cursor }: OrdersQuery): Promise<Listed> {
    const { rows, next } = await this.reads.orders({ account, symbol: this.symbol(symbol), status }, limit, cursor);
    return { items: rows.map(orderOnWire), next };
  }

  @Get('orders/:id')
  @ApiOperation({ summary: 'One order with its fills and its decision' })
  async order(@Param('id') id: string): Promise<Record<string, unknown>> {
    const found = await this.reads.order(id);
    if (!found) throw new CodedError('NOT_FOUND', `There is no order ${id.slice(0, 64)}`);
    return { ...orderOnWire(found.order), fills: found.fills.map(fillOnWire), decision: found.decision && decisionOnWire(found.decision) };
  }

  @Get('decisions')
  @ApiOperation({ summary: 'What was wanted and what became of it, refusals with their gate, newest first' })
  @ApiOkResponse({ description: '{items: [trading_decision data], next}' })
  async decisions(@Query() { account, symbol, status, limit, cursor }: DecisionsQuery): Promise<Listed> {
    const { rows, next } = await this.reads.decisions({ account, symbol: this.symbol(symbol), status }, limit, cursor);
    return { items: rows.map(decisionOnWire), next };
  }

  @Get('positions')
  @ApiOperation({ summary: 'Open positions at their marks' })
  positions(@Query() { account, symbol, ...page }: PositionsQuery): Listed {
    const wanted = this.symbol(symbol);
    const views = account === undefined ? this.trading.accounts() : [this.trading.account(account)];
    const found = views.flatMap(({ accountId, positions }) => positions.filter(({ symbol: held }) => wanted === undefined || held === wanted).map((position) => ({ accountId, position })));
    const { items, next } = pageOf(found, page, ({ accountId, position }) => `${accountId} ${position.symbol} ${position.leg}`);
    return { items: items.map(({ accountId, position }) => positionOnWire(accountId, position)), next };
  }

  @Get('accounts')
  @ApiOperation({ summary: 'Accounts with their balances and states' })
  @ApiOkResponse({
    description: '{items: [{account_id, broker, mode, currency, initial_balance, total_balance, wallet_balance, available_balance, unrealized_pnl, used_percentage, peak_equity, '
      + 'day_start_equity, limits: {max_daily_loss, max_drawdown} (shares, null: none), positions, state, code, reason}], next}',
  })
  async accounts(@Query() query: PageQuery): Promise<Listed> {
    await this.trading.lookAtStates();
    const { items, next } = pageOf(this.trading.accounts(), query, ({ accountId }) => accountId);
    return { items: items.map(accountOnWire), next };
  }

  @Post('accounts')
  @requires('trade')
  @ApiOperation({ summary: 'Makes a paper account, for good and without a restart', description: 'Codes: VALIDATION_ERROR; IDEMPOTENCY_CONFLICT where the id is taken; STATE_FORBIDS where nothing is traded.' })
  @ApiCreatedResponse({ description: 'The account as GET /api/accounts shows it' })
  async create(@Body() { account_id: id, mode, currency, balance, max_leverage: maxLeverage }: NewAccountBody): Promise<Record<string, unknown>> {
    return accountOnWire(await this.trading.create({ id, mode, currency, balance, maxLeverage }));
  }

  private symbol(asked: string | undefined): string | undefined {
    return asked === undefined ? undefined : this.market.instrument(asked).symbol;
  }
}
