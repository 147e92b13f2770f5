import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PriceUpdate } from '../model/price-update.js';
import { PageQuery } from '../storage/list.dto.js';
import { pageOf, type PageOf } from '../storage/page-of.js';
import { Market } from './market.js';
import { CandlesQuery, IndicatorsQuery, PricesQuery, SeriesQuery } from './market.dto.js';
import { candleOnWire, type StructureOnWire, structureOnWire, symbolOnWire, type SymbolOnWire, timedOnWire } from './market-wire.js';

@ApiTags('market')
@Controller('api')
export class MarketController {
  constructor(private readonly market: Market) {}

  @Get('symbols')
  @ApiOperation({ summary: 'All symbols, with their last prices' })
  @ApiOkResponse({ description: '{items: [{symbol, name, asset_class, currency, hours, tick_size, lot_size, interval, intervals, price, change_pct, source}], next}' })
  symbols(@Query() query: PageQuery): PageOf<SymbolOnWire> {
    const { items, next } = pageOf(this.market.instruments, query, ({ symbol }) => symbol);
    return { items: items.map(({ symbol }) => symbolOnWire(this.market, symbol)), next };
  }

  @Get('market/prices')
  @ApiOperation({ summary: 'Last prices; a symbol without one so far is left out' })
  @ApiOkResponse({ description: '[{symbol, price, volume, change_pct, source, timestamp}]' })
  prices(@Query() { symbols }: PricesQuery): PriceUpdate[] {
    const asked = symbols ?? this.market.instruments.map(({ symbol }) => symbol);
    return asked.map((symbol) => this.market.lastPrice(symbol)).filter((price) => price !== null);
  }

  @Get('market/candles')
  @ApiOperation({ summary: 'Closed candles, oldest first; `next` is the `before` of the page behind' })
  @ApiOkResponse({ description: '{items: [{time, open, high, low, close, volume}], next}' })
  async candles(@Query() { symbol, interval, limit, before }: CandlesQuery): Promise<PageOf<unknown>> {
    const candles = await this.market.candles(symbol, interval, limit, before === undefined ? undefined : Date.parse(before));
    const items = candles.map(candleOnWire);
    return { items, next: items.length === limit ? items[0]!.time : null };
  }

  @Get('market/indicators')
  @ApiOperation({ summary: 'Indicator values after each of the newest closed candles, oldest first; null before warm-up' })
  @ApiOkResponse({ description: '{items: [{time, sma20, sma50, ema12, ema26, rsi14, macd, macd_signal, macd_hist, bb_upper, bb_middle, bb_lower, atr14, adx14, obv, mfi14, vwap, …}], next}' })
  async indicators(@Query() { symbol, interval, limit }: IndicatorsQuery): Promise<PageOf<unknown>> {
    return { items: (await this.market.indicators(symbol, interval, limit)).map(timedOnWire), next: null };
  }

  @Get('market/structure')
  @ApiOperation({ summary: 'Market structure (ICT/SMC) as known after the last closed candle' })
  @ApiOkResponse({ description: '{symbol, interval, trend, range, killzone, items: [events, oldest first], open_zones, last_swing_high, last_swing_low, next}' })
  async structure(@Query() { symbol, interval }: SeriesQuery): Promise<StructureOnWire> {
    const state = await this.market.structure(symbol, interval);
    return structureOnWire(this.market.instrument(symbol).symbol, interval ?? this.market.interval(symbol), state);
  }
}
