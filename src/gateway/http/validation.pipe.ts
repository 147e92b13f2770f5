import { Injectable, ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import { CodedError } from '../../model/codes.js';
import { garbageIn, validationError } from '../commands/validate.js';

/** Neither database keeps such a text. */
const NUL = 'must not have a NUL character';
const hasNul = (value: unknown): boolean =>
  (typeof value === 'string' ? value.includes('\0') : typeof value === 'object' && value !== null && Object.values(value).some(hasNul));

/** Bodies, queries and path parameters as their classes; unknown fields are dropped. Throws CodedError VALIDATION_ERROR. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    // target and value tell where the mistake is; `validationError` sends neither
    super({ transform: true, whitelist: true, validationError: { target: true, value: true }, exceptionFactory: validationError });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const garbage = metadata.type === 'custom' ? null : garbageIn(value);
    if (metadata.type !== 'custom' && !garbage && hasNul(value)) {
      throw new CodedError('VALIDATION_ERROR', `The ${metadata.type} ${NUL}`, [{ path: metadata.data ?? '', message: NUL }]);
    }
    if (garbage) throw new CodedError('VALIDATION_ERROR', `The ${metadata.type} ${garbage}`, [{ path: '', message: garbage }]);
    return super.transform(value, metadata);
  }
}
