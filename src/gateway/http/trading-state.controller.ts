import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../../model/scope.js';
import { Desks } from '../../trading/desks.js';
import { ALL, States, type StateNow } from '../../trading/states.js';
import type { Principal } from '../auth/principal.js';
import { Caller } from './scope.guard.js';
import { TradingStateBody } from './trading-state.dto.js';

const SHAPE = '{state, code, reason, by, since, accounts: [{account_id, state, code, reason, by, since}]}; code and reason say why it is not ACTIVE';

@ApiTags('trading')
@Controller('api/trading/state')
export class TradingStateController {
  constructor(private readonly desks: Desks, private readonly states: States) {}

  @Get()
  @ApiOperation({ summary: 'May be traded? ACTIVE, REDUCING or HALTED, of all and of each account' })
  @ApiOkResponse({ description: SHAPE })
  async read(): Promise<Record<string, unknown>> {
    await this.states.look();
    return {
      ...onWire(this.states.of(ALL)),
      accounts: this.desks.accounts().map(({ accountId }) => ({ account_id: accountId, ...onWire(this.states.of(accountId)) })),
    };
  }

  @Post()
  @HttpCode(200)
  @requires('trade')
  @ApiOperation({
    summary: 'Halts, reduces or resumes trading, of all or of one account',
    description: 'HALTED cancels what can add exposure and keeps protective orders; it resolves when that is done. REDUCING and HALTED pass only what reduces a position. Coming back is by hand alone.',
  })
  @ApiOkResponse({ description: SHAPE })
  async set(@Body() { state, account_id: accountId, reason }: TradingStateBody, @Caller() { subject }: Principal): Promise<Record<string, unknown>> {
    await this.desks.setState(accountId ?? ALL, { state, code: state === 'ACTIVE' ? null : 'BY_HAND', reason: reason ?? `by ${subject}`, by: subject, at: this.desks.now() });
    return this.read();
  }
}

const onWire = ({ state, code, reason, by, at }: StateNow): Record<string, unknown> => ({
  state, code: state === 'ACTIVE' ? null : code, reason, by, since: at === null ? null : new Date(at).toISOString(),
});
