import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CodedError } from '../../model/codes.js';
import { problemOf } from '../http/problem.js';

/** Answers an upgrade with an HTTP error (problem+json) and ends the socket. */
export function refuseUpgrade(socket: Duplex, error: CodedError): void {
  const { status, headers, body } = problemOf(error);
  const text = JSON.stringify(body);
  const head = Object.entries({ Connection: 'close', ...headers, 'Content-Length': String(Buffer.byteLength(text)) });
  socket.on('error', () => undefined); // it may have gone already
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`);
}
