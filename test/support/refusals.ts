import WebSocket from 'ws';

/** An HTTP answer that was due to be `application/problem+json`. */
export interface Refusal {
  readonly status: number;
  readonly type: string | null;
  readonly retryAfter: string | null;
  // the tests read what the contract promises
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** What an HTTP request is answered. */
export async function answerOf(url: string, init: RequestInit = {}): Promise<Refusal> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    body: isJson(response.headers.get('content-type')) ? JSON.parse(text) : text,
  };
}

export const posted = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What an upgrade is answered that must not succeed. */
export function refusedUpgrade(url: string, options: WebSocket.ClientOptions = {}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, options);
    ws.on('open', () => {
      ws.terminate();
      reject(new Error(`${url} let the client in`));
    });
    ws.on('error', reject);
    ws.on('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => {
        const type = response.headers['content-type'] ?? null;
        resolve({ status: response.statusCode ?? 0, type, retryAfter: response.headers['retry-after'] ?? null, body: isJson(type) ? JSON.parse(text) : text });
      });
    });
  });
}

const isJson = (type: string | null): boolean => type !== null && /\bjson\b/.test(type);
