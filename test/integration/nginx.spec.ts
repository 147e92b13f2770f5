import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { analyze, Cluster, statusOf } from '../support/cluster.js';
import { Follower } from '../support/follower.js';
import { Nginx } from '../support/nginx.js';
import type { Frame } from '../support/raw-client.js';
import { answerOf, refusedUpgrade, type Refusal } from '../support/refusals.js';
import { cleanUp, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import { TRANSPORTS } from '../support/transports.js';
import { until } from '../support/until.js';

const QUIET = { SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', ANALYZE_PER_MINUTE: '100000' };
const PER_ADDRESS = 16;
const ROOM = 'symbol:AAPL';
const PATHS = ['/ws/signals', '/ws/symbols/NVDA', '/stream?symbols=NVDA', '/socket.io/?EIO=4&transport=websocket'];

let cluster: Cluster;
let nginx: Nginx;
/** The nodes as clients see them. */
let front: TestServer;
const followers: Follower[] = [];

beforeAll(async () => {
  cluster = await Cluster.start(3, { ...QUIET, TRUST_PROXY: '127.0.0.1', WS_MAX_CONNECTIONS_PER_IP: String(PER_ADDRESS) });
  nginx = await Nginx.start(cluster.nodes.map(({ url }) => new URL(url).host));
  front = { ...cluster.nodes[0]!, url: nginx.url, ws: nginx.ws };
});
afterAll(async () => {
  for (const { client } of followers) client?.close();
  await nginx?.remove();
  await cluster?.remove();
  await cleanUp();
});

/** Connections of the node itself; `/ws/status` adds up the cluster. */
async function connectionsOf(node: TestServer): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  return Number(/^conclave_connections(?:\{[^}]*\})? (\d+)$/m.exec(text)![1]);
}

/** Asks for an analysis through nginx and resolves once each follower has all of it. */
async function heardByAll(): Promise<void> {
  await cluster.idle();
  const runId = await analyze(front, 'AAPL');
  const ofRun = ({ client }: Follower): Frame[] => client!.logged(ROOM).filter(({ data }) => data.run_id === runId);
  for (const follower of followers) {
    await follower.client!.until(() => ofRun(follower).length === 11, `the run at ${follower.name}`);
    expect(ofRun(follower).map(({ type }) => type)).toEqual([...Array<string>(10).fill('agent_update'), 'signal_update']);
  }
}

describe('nginx before three nodes', () => {
  it('spreads raw and Socket.IO clients over all nodes, and one run reaches every one of them', async () => {
    const [raw, socketIo] = TRANSPORTS;
    for (let n = 0; n < 12; n++) {
      const follower = new Follower(`follower-${n}`, n % 2 === 0 ? raw! : socketIo!, [ROOM]);
      followers.push(follower);
      await follower.follow(front);
    }
    const spread = await Promise.all(cluster.nodes.map(connectionsOf));
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(3);
    expect(spread.reduce((sum, each) => sum + each)).toBe(12);
    await until(async () => await cluster.head(ROOM) >= 11, 'the analysis at the first subscription');
    await heardByAll();
  });

  it('a node is killed: its clients come back to the others and go on without a hole', async () => {
    const [dead] = cluster.nodes;
    const orphans = await connectionsOf(dead!);
    await dead!.kill();
    const lost = (): Follower[] => followers.filter(({ client }) => client!.closed !== null);
    await until(() => lost().length === orphans, 'the loss');
    await analyze(front, 'AAPL'); // while they are away; nginx finds a node that lives
    await cluster.idle();
    const began = performance.now();
    await Promise.all(lost().map(async (follower) => {
      await follower.lost();
      await follower.follow(front);
    }));
    expect(performance.now() - began).toBeLessThan(5000);
    await heardByAll();
    const head = await cluster.head(ROOM);
    for (const follower of followers) {
      await follower.client!.until(() => follower.client!.logged(ROOM).at(-1)?.offset === head, 'the head');
      follower.leave(); // throws where offsets skip or repeat
      expect(follower.position(ROOM)!.offset).toBe(head);
      const seen = follower.seen.get(ROOM)!;
      expect(seen.map(({ offset }) => offset)).toEqual(seen.map((_, at) => head - seen.length + 1 + at));
    }
    followers.length = 0;
  });

  it.each(PATHS)('the limit of an address counts the clients\' own, whatever they claim: %s', async (path) => {
    const localAddress = `127.0.0.${10 + PATHS.indexOf(path)}`;
    const open: WebSocket[] = [];
    for (let n = 0; n < PER_ADDRESS; n++) {
      const ws = new WebSocket(nginx.ws + path, { localAddress });
      await once(ws, 'open');
      open.push(ws);
    }
    // what another node counts is known within two seconds; a probe that got in counts as well until it has gone
    let nth = 0;
    const refusal = (claim: () => Record<string, string>): Promise<Refusal> => until(async () => {
      const answer = await refusedUpgrade(nginx.ws + path, { localAddress, headers: claim() }).catch(() => null);
      return answer?.status === 429 ? answer : null;
    }, 'the refusal', 5000);
    expect((await refusal(() => ({}))).body).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', status: 429 });
    await refusal(() => ({ 'X-Forwarded-For': `203.0.113.${nth++ % 256}` }));
    const other = new WebSocket(nginx.ws + path, { localAddress: '127.0.0.99' });
    await once(other, 'open');
    for (const ws of [...open, other]) ws.terminate();
  });

  it('polling is refused with what to do instead', async () => {
    expect(await answerOf(`${nginx.url}/socket.io/?EIO=4&transport=polling`)).toMatchObject({
      status: 400, type: 'application/problem+json', body: { code: 'VALIDATION_ERROR', detail: 'Connect by WebSocket from the start: io(url, { transports: ["websocket"] })' },
    });
    expect(await answerOf(`${nginx.url}/socket.io/?EIO=4&transport=polling&x=transport=websocket`, { method: 'POST', body: 'x' })).toMatchObject({ status: 400 });
    expect(await answerOf(`${nginx.url}/socket.io/?EIO=4&transport=websocket`)).toMatchObject({ status: 400 });
    await expect(SocketIoClient.open(nginx.url)).rejects.toThrow('xhr poll error');
    const client = await SocketIoClient.open(nginx.url, { transports: ['websocket'] });
    client.close();
  });

  it('HTTP passes, with the nodes\' own answers; the nodes\' metrics do not', async () => {
    for (const path of ['/live', '/ready', '/ws/status']) expect(await answerOf(nginx.url + path)).toMatchObject({ status: 200 });
    expect(await answerOf(`${nginx.url}/api/none`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await answerOf(`${nginx.url}/metrics`)).toMatchObject({ status: 404 });
    expect((await statusOf(front)).cluster.nodes.length).toBeGreaterThanOrEqual(2);
  });

  it('a node that shuts down hands its clients to the next', async () => {
    const [, , leaving] = cluster.nodes;
    const stopped = leaving!.stop();
    let refusals = 0;
    for (let gone = false; !gone;) {
      const client = await SocketIoClient.open(nginx.url, { transports: ['websocket'] }).catch(() => null);
      if (client === null) refusals += 1;
      client?.close();
      gone = leaving!.process.exitCode !== null;
    }
    expect(await stopped).toBe(0);
    expect(refusals).toBe(0);
  });

  it('without any node it says so, and when to come back', async () => {
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    expect(await answerOf(`${nginx.url}/ready`)).toMatchObject({ status: 503, type: 'application/problem+json', retryAfter: '2', body: { code: 'NOT_READY', status: 503 } });
    expect(await refusedUpgrade(`${nginx.ws}/ws/signals`)).toMatchObject({ status: 503, retryAfter: '2', body: { code: 'NOT_READY' } });
  });
});
