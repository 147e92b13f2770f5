import { Injectable, ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import { CodedError } from '../../model/codes.js';
import { garbageIn, validationError } from '../commands/validate.js';

/** Bodies, queries and path parameters as their classes; unknown fields are dropped. Throws CodedError VALIDATION_ERROR. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    // target and value tell where the mistake is; `validationError` sends neither
    super({ transform: true, whitelist: true, validationError: { target: true, value: true }, exceptionFactory: validationError });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const garbage = metadata.type === 'custom' ? null : garbageIn(value);
    if (garbage) throw new CodedError('VALIDATION_ERROR', `The ${metadata.type} ${garbage}`, [{ path: '', message: garbage }]);
    return super.transform(value, metadata);
  }
}
