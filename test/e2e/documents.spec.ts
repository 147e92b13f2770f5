import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanUp, startServer } from '../support/server.js';

afterAll(cleanUp);
let url: string;
beforeAll(async () => { ({ url } = await startServer()); });

type Json = Record<string, unknown>;
const at = (document: Json, ref: string): unknown => ref.slice(2).split('/').reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);
const refsIn = (node: unknown): string[] =>
  typeof node !== 'object' || node === null ? [] : Object.entries(node).flatMap(([key, value]) => (key === '$ref' ? [value as string] : refsIn(value)));

describe('the documents', () => {
  it.each(['/docs-json', '/docs/async'])('%s has no reference that leads nowhere', async (path) => {
    const document = (await (await fetch(url + path)).json()) as Json;
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(2);
    expect(refs.filter((ref) => at(document, ref) === undefined)).toEqual([]);
  });

  it('of the sockets have every command with its fields, and what is sent', async () => {
    const { asyncapi, channels, components } = (await (await fetch(`${url}/docs/async`)).json()) as { asyncapi: string; channels: Json; components: { messages: Json; schemas: Record<string, Json> } };
    expect(asyncapi).toBe('3.0.0');
    expect(Object.keys(channels)).toEqual(['signals', 'symbol', 'socketio']);
    expect(Object.keys(components.messages)).toEqual(expect.arrayContaining([
      'subscribe', 'unsubscribe', 'analyze', 'get_status', 'replay', 'set_alert', 'list_alerts', 'delete_alert', 'authenticate', 'ping',
      'welcome', 'agent_update', 'signal_update', 'signal_resolved', 'price_update', 'system_alert', 'alert', 'position', 'gap',
    ]));
    expect(components.schemas['AnalyzeCommand']).toMatchObject({ properties: { depth: { enum: ['fast', 'deep'] } }, required: ['symbol'] });
  });
});
