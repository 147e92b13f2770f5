// A server that speaks the chat completions and embeddings of OpenAI's API over real sockets, and misbehaves as it is told.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** What a model would say. */
export const OPINION = { signal: 'BUY', confidence: 0.8, reasoning: ['The structure broke upwards.'], target_price: null, stop_loss: null, cites: [] };

/** `answer(request, nth)` says what happens to a request: see chat-server.d.mts. */
export async function startChatServer(answer = () => ({})) {
  const server = { requests: [], inFlight: 0, mostInFlight: 0, aborted: 0, answer, url: '', close: undefined };
  const open = new Set();
  const http = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const body = JSON.parse(text);
      const asked = { path: request.url, headers: request.headers, body, at: performance.now() };
      server.requests.push(asked);
      server.inFlight += 1;
      server.mostInFlight = Math.max(server.mostInFlight, server.inFlight);
      response.once('close', () => {
        server.inFlight -= 1;
        if (!response.writableFinished) server.aborted += 1;
      });
      void reply(response, asked, server.answer, server.requests.length);
    });
  });
  http.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  server.url = `http://127.0.0.1:${http.address().port}/v1`;
  server.close = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => http.close(resolve));
  };
  return server;
}

async function reply(response, asked, answer, nth) {
  const does = await answer(asked, nth);
  if (does.delayMs) await new Promise((resolve) => setTimeout(resolve, does.delayMs));
  if (response.destroyed) return;
  if (does.hang) return;
  if (does.reset) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"id":"cut"', () => response.socket?.resetAndDestroy());
    return;
  }
  if (does.status) {
    response.writeHead(does.status, { 'content-type': 'application/json', ...does.headers });
    response.end(JSON.stringify({ error: { message: does.message ?? `made to fail with ${does.status}`, type: 'test', code: null } }));
    return;
  }
  if (does.endless) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => { while (!response.destroyed && response.write('x'.repeat(16_384))); };
    response.on('drain', more);
    response.write('{"choices":[{"message":{"content":"');
    more();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(asked.path.endsWith('/embeddings') ? embeddings(asked.body, does) : completion(asked.body, does)));
}

function completion({ model, messages }, does) {
  const content = does.text ?? JSON.stringify({ ...OPINION, ...does.opinion });
  const bytes = Buffer.byteLength(JSON.stringify(messages));
  const usage = does.usage === null ? {} : { usage: does.usage ?? { prompt_tokens: Math.ceil(bytes / 4), completion_tokens: Math.ceil(content.length / 4), total_tokens: Math.ceil(bytes / 4) + Math.ceil(content.length / 4) } };
  return {
    id: 'chatcmpl-test', object: 'chat.completion', created: 1_760_000_000, model: does.model ?? `${model}-2026-01-01`,
    choices: [{ index: 0, message: { role: 'assistant', content: does.refusal ? null : content, refusal: does.refusal ?? null }, finish_reason: does.finish ?? 'stop' }],
    ...usage,
  };
}

/** The same text, the same vector; words in common, a smaller angle; or as it is told. */
function embeddings({ model, input }, { vector }) {
  const texts = Array.isArray(input) ? input : [input];
  const data = texts.map((text, index) => {
    if (vector) return { object: 'embedding', index, embedding: vector(String(text)) };
    const embedding = new Array(64).fill(0);
    for (const word of String(text).toLowerCase().match(/[a-z0-9]+/g) ?? []) embedding[createHash('sha1').update(word).digest()[0] % 64] += 1;
    return { object: 'embedding', index, embedding };
  });
  return { object: 'list', model, data, usage: { prompt_tokens: texts.length, total_tokens: texts.length } };
}
