import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Market } from '../../market/market.js';
import { symbolOf, symbolRoom } from '../../rooms/names.js';
import { Packet } from '../../rooms/packet.js';
import { RoomHistory } from '../../rooms/room-history.js';
import { agentIds } from '../../trading/agents/agent-ids.js';
import type { Principal } from '../auth/principal.js';
import { checkedRoom } from '../auth/room-access.js';
import { Caller } from '../http/scope.guard.js';
import { MessagesQuery, RoomParam } from './history.dto.js';
import { readStretch } from './stretch.js';

@ApiTags('rooms')
@Controller('api/rooms')
export class MessagesController {
  readonly #agents: ReadonlySet<string>;

  constructor(private readonly history: RoomHistory, private readonly market: Market, @Inject(CONFIG) { trading }: Config) {
    this.#agents = agentIds(trading);
  }

  @Get(':room/messages')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'What was said in a room, as first sent, in the order of offsets; for those who may join it' })
  @ApiOkResponse({ description: '{items: [{type, data, timestamp, room, epoch, offset, replayed}], next}' })
  async messages(@Param() { room: asked }: RoomParam, @Query() query: MessagesQuery, @Caller() caller: Principal): Promise<string> {
    const symbol = symbolOf(asked);
    const room = symbol === null ? checkedRoom(asked, caller, this.#agents) : symbolRoom(this.market.instrument(symbol).symbol);
    const items: string[] = [];
    const { next } = await readStretch(this.history, {
      room,
      from: query.from === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(query.from),
      to: query.to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(query.to),
      types: query.types,
    }, query, (messages) => {
      for (const message of messages) items.push(Packet.logged(message, 'replayed').text('json'));
      return true;
    });
    return `{"items":[${items.join(',')}],"next":${JSON.stringify(next)}}`;
  }
}
