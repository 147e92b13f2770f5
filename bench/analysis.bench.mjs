// Runs of the whole rule panel per second on one core: from view to verdict, and stored and published in full.
// And what a new candle costs, against trading-signals alone for the same indicators.
import { ADX, ATR, BollingerBands, EMA, MACD, MFI, OBV, RSI, SMA, VWAP } from 'trading-signals';
import { ruleAnalystsFrom } from '../dist/analysts/analysts-from-seats.js';
import { Panel } from '../dist/analysts/panel.js';
import { loadConfig } from '../dist/config/load.js';
import { decide } from '../dist/consensus/decide.js';
import { EffectiveVoters } from '../dist/consensus/effective-voters.js';
import { Knowledge } from '../dist/knowledge/knowledge.js';
import { NewsIndex } from '../dist/knowledge/news/news-index.js';
import { Situations } from '../dist/knowledge/situations.js';
import { SimulatedFeed } from '../dist/market/feeds/simulated.js';
import { Market } from '../dist/market/market.js';
import { Series } from '../dist/market/series.js';
import { Hub } from '../dist/rooms/hub.js';
import { MemoryRoomBus } from '../dist/rooms/room-bus.memory.js';
import { RoomLog } from '../dist/rooms/room-log.js';
import { RoomWriter } from '../dist/rooms/room-writer.js';
import { RunStore } from '../dist/signals/run-store.js';
import { RunWork } from '../dist/signals/run-work.js';
import { LocalRuns } from '../dist/signals/runs.local.js';
import { SignalFlow } from '../dist/signals/signal.flow.js';
import { SignalStore } from '../dist/signals/signal-store.js';
import { openDatabase } from '../dist/storage/database.js';
import { isUnavailable } from '../dist/storage/unavailable.js';
import { instrument, median, rate, table, temporaryFolder } from './support.mjs';

const SYMBOLS = 1000;
const ROUNDS = 5;
const config = loadConfig({ env: {}, root: new URL('..', import.meta.url).pathname });

/** Candles are made beforehand; market time stands still while runs are counted. */
const now = 1_767_225_600_000;
const instruments = Array.from({ length: SYMBOLS }, (_, at) => instrument(`S${at}`));
const feed = new SimulatedFeed({ instruments, seed: 1, tickMs: 5000, clock: () => now, wait: () => () => {} });
const events = { price() {}, closed() {}, ended() {}, error(error) { throw error; } };
const market = new Market({ feed, config: config.market, events });
console.log(`Making ${SYMBOLS} symbols of 500 candles …`);
await market.start();

const newPanel = () => new Panel(ruleAnalystsFrom(config.panel.seats), config.panel.deadlineMs, () => performance.now(), (_analyst, error) => { throw error; });

async function viewToVerdict() {
  const panel = newPanel();
  const ignore = () => {};
  const run = async (seconds) => {
    const until = performance.now() + seconds * 1000;
    const cpu = process.cpuUsage();
    const start = performance.now();
    let runs = 0;
    while (performance.now() < until) {
      for (let at = 0; at < 100; at++, runs++) {
        const votes = await panel.ask(market.view(`S${runs % SYMBOLS}`), ignore);
        decide(votes, config.consensus);
      }
    }
    const { user, system } = process.cpuUsage(cpu);
    return { wall: runs / ((performance.now() - start) / 1000), cpu: runs / ((user + system) / 1e6) };
  };
  await run(1);
  const results = [];
  for (let round = 0; round < ROUNDS; round++) results.push(await run(1));
  return results;
}

async function storedAndPublished() {
  const database = await openDatabase({ dataDir: temporaryFolder(), databaseUrl: null });
  const log = new RoomLog(database.kysely);
  const fail = (error) => { throw error; };
  const bus = new MemoryRoomBus();
  const hub = new Hub(log, bus, fail);
  const writer = new RoomWriter(database.kysely, log, hub, bus, isUnavailable);
  const store = new RunStore(database.kysely);
  const giveUp = new AbortController();
  const situations = new Situations(database.kysely, fail);
  const signals = new SignalStore(database.kysely, writer, store, { situations, stored: () => {} });
  const flow = new SignalFlow({
    record: { callsStored: () => Promise.resolve(), keep: () => Promise.resolve() },
    market, knowledge: new Knowledge(situations, { index: new NewsIndex(), maxAgeMs: config.news.maxAgeMs }), panel: newPanel(), correlation: new EffectiveVoters(), writer, log, runs: store, signals,
    rules: config.consensus, horizonBars: config.market.horizonBars, giveUp: giveUp.signal, onFault: fail,
  });
  const runs = new LocalRuns(new RunWork(flow, fail), store, writer, giveUp);
  // someone is in every room, so that each message is encoded and handed over
  let delivered = 0;
  const rooms = await hub.host(instruments.map(({ symbol }) => `symbol:${symbol}`));
  for (const room of rooms) room.members.add({ deliver(_message, packet) { packet.frame('json'); delivered++; }, price() {}, tellPosition() {} });

  const round = async (total) => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    let next = 0;
    const worker = async () => {
      while (next < total) await runs.request(`S${next++ % SYMBOLS}`, 'fast', { kind: 'schedule' }).ended;
    };
    await Promise.all(Array.from({ length: 64 }, worker));
    const { user, system } = process.cpuUsage(cpu);
    return { wall: total / ((performance.now() - start) / 1000), cpu: total / ((user + system) / 1e6) };
  };
  await round(500);
  delivered = 0;
  const results = [];
  for (let at = 0; at < ROUNDS; at++) results.push(await round(3000));
  const { signals: rows } = await database.kysely.selectFrom('signals').select(({ fn }) => fn.countAll().as('signals')).executeTakeFirstOrThrow();
  const { messages } = await database.kysely.selectFrom('room_messages').select(({ fn }) => fn.countAll().as('messages')).executeTakeFirstOrThrow();
  await database.close();
  return { results, rows, messages, delivered };
}

function candleCost(candles) {
  const pass = (make) => {
    const times = [];
    for (let round = 0; round < 7; round++) {
      const update = make();
      const start = performance.now();
      for (const candle of candles) update(candle);
      times.push(((performance.now() - start) * 1000) / candles.length);
    }
    return median(times.slice(2));
  };
  const ours = pass(() => {
    const series = new Series('1m', 'always', 500);
    return (candle) => series.close({ ...candle });
  });
  const library = pass(() => {
    const sma20 = new SMA(20), sma50 = new SMA(50), ema12 = new EMA(12), ema26 = new EMA(26), rsi = new RSI(14);
    const macd = new MACD(new EMA(12), new EMA(26), new EMA(9)), bands = new BollingerBands(20, 2), atr = new ATR(14);
    const adx = new ADX(14), obv = new OBV(2), mfi = new MFI(14), vwap = new VWAP();
    return (candle) => {
      const { close } = candle;
      sma20.update(close, false); sma50.update(close, false); ema12.update(close, false); ema26.update(close, false);
      rsi.update(close, false); macd.update(close, false); bands.update(close, false); atr.update(candle, false);
      adx.update(candle, false); obv.update(candle, false); mfi.update(candle, false); vwap.update(candle, false);
    };
  });
  return { ours, library };
}

const figure = (results, key) => Math.round(median(results.map((one) => one[key]))).toLocaleString('en');
const pure = await viewToVerdict();
const full = await storedAndPublished();
const candles = await feed.history('S0', '1m', 20_000, now);
const cost = candleCost(candles);
const floor = rate(() => decide([], { ...config.consensus, minDomains: 1 }), 0.5);

console.log();
table([
  ['runs of the panel of ten, median of 5 rounds', 'per second', 'per CPU second', 'asked'],
  ['view → verdict', figure(pure, 'wall'), figure(pure, 'cpu'), '≥ 10,000'],
  ['stored and published in full (SQLite)', figure(full.results, 'wall'), figure(full.results, 'cpu'), '≥ 1,500'],
  ['floor: an empty decide()', Math.round(floor.perSecond).toLocaleString('en'), Math.round(floor.perCpuSecond).toLocaleString('en'), ''],
]);
console.log(`  ${full.rows} signals and ${full.messages} messages stored, ${full.delivered} delivered\n`);
table([
  ['a new candle, µs', 'cost', 'ratio'],
  ['trading-signals alone, the 12 indicators of the wire', cost.library.toFixed(2), '1.00'],
  ['Series.close: all 27 values, structure, rings, frozen', cost.ours.toFixed(2), (cost.ours / cost.library).toFixed(2)],
]);
process.exit(0);
