import { createHash } from 'node:crypto';
import type { ModelRequest } from './model-call.js';

/** SHA-256 over what was asked, in a fixed order of fields; hexadecimal. */
export const requestHash = (request: ModelRequest): string => createHash('sha256').update(JSON.stringify([
  request.agentId, request.prompt, request.endpoint, request.model,
  request.messages.map(({ role, content }) => [role, content]),
  request.mode, request.schema, request.temperature, request.topP, request.seed, request.maxTokens,
])).digest('hex');
