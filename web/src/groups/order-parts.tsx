import type { GroupOrder } from 'conclave/client';
import { number } from '../format.js';
import { Badge, type Tone } from '../ui/badge.js';

const TONES: Readonly<Record<string, Tone>> = { filled: 'buy', partially_filled: 'buy', refused: 'sell', rejected: 'sell', waiting_approval: 'warn', expired: 'hold', cancelled: 'hold' };

/** An order's status as a word and a colour. */
export const OrderStatus = ({ of }: { readonly of: string }) => <Badge tone={TONES[of] ?? 'plain'}>{of.replaceAll('_', ' ')}</Badge>;

/** Quantities as they are: lots differ by symbol. */
export const quantity = (value: number | null): string => (value === null ? '–' : number(value, Math.min(8, (String(value).split('.')[1] ?? '').length)));

export const Side = ({ of }: { readonly of: GroupOrder['side'] | string | null }) =>
  (of === null ? <span className="text-muted">–</span> : <span className={`font-semibold ${of === 'buy' ? 'text-buy' : 'text-sell'}`}>{of === 'buy' ? '▲ buy' : '▼ sell'}</span>);
