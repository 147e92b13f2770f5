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

  it('of REST say where the token goes, which the page then sends', async () => {
    const { security, components } = (await (await fetch(`${url}/docs-json`)).json()) as { security: unknown; components: { securitySchemes: Json } };
    expect(security).toEqual([{ bearer: [] }, {}]);
    expect(components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });

  it('of the sockets have every command with its fields, and what is sent', async () => {
    const { asyncapi, channels, components } = (await (await fetch(`${url}/docs/async`)).json()) as { asyncapi: string; channels: Json; components: { messages: Json; schemas: Record<string, Json> } };
    expect(asyncapi).toBe('3.0.0');
    expect(Object.values(channels).map((channel) => (channel as Json)['address'])).toEqual([
      '/ws/signals', '/ws/symbols/{symbol}', '/socket.io/', '/ws/agents/{agent_id}', '/ws/events', '/ws/analysts', '/ws', '/stream',
    ]);
    expect(Object.keys(components.messages)).toEqual(expect.arrayContaining([
      'subscribe', 'unsubscribe', 'analyze', 'get_status', 'replay', 'set_alert', 'list_alerts', 'delete_alert', 'authenticate', 'ping',
      'welcome', 'agent_update', 'signal_update', 'signal_resolved', 'price_update', 'system_alert', 'alert', 'position', 'gap',
    ]));
    expect(components.schemas['AnalyzeCommand']).toMatchObject({ properties: { depth: { enum: ['fast', 'deep'] } }, required: ['symbol'] });
  });

  it('of the sockets have the frames and the query of each path that speaks a protocol of its own', async () => {
    const document = (await (await fetch(`${url}/docs/async`)).json()) as { channels: Record<string, Json & { messages: Record<string, { $ref: string }> }> };
    const { agent, events, analysts, dashboard, stream } = document.channels as Record<string, Json & { messages: Record<string, { $ref: string }> }>;
    expect(Object.keys(agent!.messages)).toEqual(expect.arrayContaining(['ping', 'agent_status', 'account_update', 'position_update', 'decision', 'trade_executed']));
    expect(Object.keys(events!.messages)).toEqual(expect.arrayContaining(['event', 'post_trade', 'settle', 'log', 'connected', 'group_event', 'answer']));
    expect(Object.keys(analysts!.messages)).toEqual(expect.arrayContaining(['connected', 'analysis_request', 'opinion', 'vote_taken']));
    expect(Object.keys(dashboard!.messages)).toEqual(expect.arrayContaining(['subscribe', 'pause', 'resume', 'set_interval', 'state', 'refusal']));
    expect(Object.keys(stream!.messages)).toEqual(['tick']);
    expect([events, analysts, stream].map((channel) => Object.keys((at(channel!, '#/bindings/ws/query/properties')) as Json))).toEqual([
      ['trading_group_token', 'trigger_token'], ['analyst_token'], ['symbols', 'token'],
    ]);
    expect(at(document, '#/components/schemas/SetIntervalCommand')).toMatchObject({ properties: { interval: { minimum: 60, maximum: 3600 } }, required: ['interval'] });
    expect(at(document, '#/components/schemas/OpinionCommand')).toMatchObject({ properties: { signal: { enum: ['BUY', 'SELL', 'HOLD', 'ABSTAIN'] } } });
  });
});
