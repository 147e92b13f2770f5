/** A reply that is longer than any opinion. */
export class ReplyTooLong extends Error {
  constructor(bytes: number) {
    super(`The reply is longer than ${bytes / 1024} KiB`);
    this.name = 'ReplyTooLong';
  }
}

/** `fetch` whose bodies end with ReplyTooLong after so many bytes, and whose connection ends then. */
export const boundedFetch = (bytes: number): typeof fetch => async (input, init) => {
  const response = await fetch(input, init);
  if (!response.body) return response;
  let read = 0;
  const bounded = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      read += chunk.byteLength;
      if (read > bytes) throw new ReplyTooLong(bytes); // cancels the body, and so its connection
      controller.enqueue(chunk);
    },
  }));
  return new Response(bounded, { status: response.status, statusText: response.statusText, headers: response.headers });
};
