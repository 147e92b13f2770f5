import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { HttpAnalyzeLimit } from '../limits/http-analyze-limit.js';

/** For `POST /api/analyze`: throws CodedError RATE_LIMITED where the address asks too often. */
@Injectable()
export class AnalyzeLimitGuard implements CanActivate {
  constructor(private readonly limit: HttpAnalyzeLimit) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.limit.take(context.switchToHttp().getRequest<{ ip?: string }>().ip);
    return true;
  }
}
