import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { RuleSeatConfig, SeatConfig } from '../config/config.js';
import { viewOf } from '../../test/support/views.js';
import { ruleAnalystsFrom } from './analysts-from-seats.js';

const seat = (rule: string): RuleSeatConfig => ({ id: `my_${rule}`, name: 'Mine', kind: 'rule', rule, weight: 2 });

describe('analysts from seats', () => {
  it('gives each seat its rule, and each its own fault domain', () => {
    const [analyst] = ruleAnalystsFrom([seat('trend')]);
    expect(analyst).toMatchObject({ id: 'my_trend', name: 'Mine', kind: 'rule', rule: 'trend', weight: 2, faultDomain: 'rules:my_trend', warmUp: 50 });
    expect(analyst!.opine(viewOf(), new AbortController().signal, { runId: 'r', depth: 'fast', requester: 'schedule', deadline: 0 })).toMatchObject({ signal: 'HOLD' });
  });

  it('refuses an unknown rule and lists the known ones', () => {
    expect(() => ruleAnalystsFrom([seat('astrology')])).toThrow(/seat 'my_astrology' names the rule 'astrology'.*trend, momentum.*volatility/);
  });

  it('seats the ten rules of config/analysts.yaml with equal weights', () => {
    const { analysts } = parse(readFileSync(new URL('../../config/analysts.yaml', import.meta.url), 'utf8')) as { analysts: SeatConfig[] };
    const panel = ruleAnalystsFrom(analysts.filter((each): each is RuleSeatConfig => each.kind === 'rule' && each.rule !== 'news_lexicon'));
    expect(panel).toHaveLength(10);
    expect(new Set(panel.map(({ rule }) => rule)).size).toBe(10);
    expect(panel.every(({ id, rule, weight }) => id === rule && weight === 1)).toBe(true);
  });
});
