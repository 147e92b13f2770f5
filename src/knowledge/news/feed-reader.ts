const TIMEOUT_MS = 10_000;
const MOST_BYTES = 2 * 1024 * 1024;

/** One feed's address, read again only where it has changed. */
export class FeedReader {
  private etag: string | null = null;
  private modified: string | null = null;

  constructor(private readonly url: string, private readonly agent: string, private readonly timeoutMs = TIMEOUT_MS) {}

  /** The document, or null where it is as it was. Rejects where it does not come in time, whole and within 2 MiB. */
  async read(stop: AbortSignal): Promise<string | null> {
    const response = await fetch(this.url, {
      headers: {
        accept: 'application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8', 'user-agent': this.agent,
        ...(this.etag !== null && { 'if-none-match': this.etag }), ...(this.modified !== null && { 'if-modified-since': this.modified }),
      },
      signal: AbortSignal.any([stop, AbortSignal.timeout(this.timeoutMs)]),
    });
    if (response.status === 304 || !response.ok) {
      await response.body?.cancel();
      if (response.status === 304) return null;
      throw new Error(`it answered ${response.status}`);
    }
    const text = await bounded(response);
    // only now: a document that broke off is asked for again
    this.etag = response.headers.get('etag');
    this.modified = response.headers.get('last-modified');
    return text;
  }

  /** The document was no feed: ask for all of it again. */
  forget(): void {
    [this.etag, this.modified] = [null, null];
  }
}

async function bounded({ body, headers }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > MOST_BYTES) throw new Error('it is larger than 2 MiB'); // leaving the loop closes the connection
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return decoded(bytes, headers.get('content-type') ?? '');
}

/** As the header says, else the XML declaration, else UTF-8. */
function decoded(bytes: Buffer, type: string): string {
  const declared = /charset=["']?([\w-]+)/i.exec(type) ?? /^[^>]{0,100}encoding=["']([\w-]+)/.exec(bytes.subarray(0, 200).toString('latin1'));
  try {
    return new TextDecoder(declared?.[1] ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a name that nobody knows
  }
}
