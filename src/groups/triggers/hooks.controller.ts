import type { IncomingMessage } from 'node:http';
import { Controller, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../../model/scope.js';
import type { Answer } from '../answer.js';
import { Webhooks } from './webhooks.js';

/** With `rawBody` of Nest: the signature is over the bytes. */
type WithRawBody = IncomingMessage & { readonly rawBody?: Buffer };

@ApiTags('groups')
@Controller('api/hooks')
export class HooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Post(':trigger')
  @requires('public')
  @HttpCode(200)
  @ApiOperation({ summary: 'An event for groups from outside, by signature instead of a token' })
  @ApiHeader({ name: 'X-Conclave-Timestamp', description: 'Seconds since 1970; at most 300 s off' })
  @ApiHeader({ name: 'X-Conclave-Signature', description: 'sha256=<hex HMAC-SHA256 of "<timestamp>.<body>">' })
  @ApiBody({ schema: {}, description: 'JSON: with `payload` the fields of an event, else it becomes the payload' })
  @ApiOkResponse({ description: '{ok, message: "accepted", id, dispatched_clients, unknown_targets?, duplicate?}' })
  receive(
    @Param('trigger') trigger: string,
    @Headers('x-conclave-timestamp') timestamp: string | undefined,
    @Headers('x-conclave-signature') signature: string | undefined,
    @Req() { rawBody }: WithRawBody,
  ): Promise<Answer> {
    return this.webhooks.receive(trigger, { timestamp, signature }, rawBody);
  }
}
