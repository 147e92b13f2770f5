import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Authenticator } from '../../src/gateway/auth/authenticator.js';
import { ApprovalsController } from '../../src/gateway/http/approvals.controller.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { ScopeGuard } from '../../src/gateway/http/scope.guard.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Market } from '../../src/market/market.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { Approvals } from '../../src/trading/approvals/approvals.js';
import type { ApprovalNode } from './approval-node.js';
import { SECRET } from './tokens.js';

@Module({})
class ServedApprovals {}

/** The HTTP edge of approvals, as app.ts sets it up, on a free port. */
export async function serveApprovals({ approvals }: ApprovalNode, required: boolean): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const app = await NestFactory.create({
    module: ServedApprovals,
    controllers: [ApprovalsController],
    providers: [{ provide: Approvals, useValue: approvals }, { provide: Market, useValue: { instrument: (symbol: string) => ({ symbol: symbol.toUpperCase() }) } }],
  }, { logger: false });
  app.useGlobalFilters(new ProblemFilter(isUnavailable, { error: () => undefined }));
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalGuards(new ScopeGuard(new Authenticator({ required, jwtSecret: SECRET, jwksUrl: null, audience: null, issuer: null }), null));
  await app.listen(0, '127.0.0.1');
  return { url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`, stop: () => app.close() };
}
