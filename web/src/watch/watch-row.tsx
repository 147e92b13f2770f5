import { Link } from '@tanstack/react-router';
import type { SignalUpdate } from 'conclave/client';
import { useMarketNow } from '../clock.js';
import { change, digitsOf, number, percent } from '../format.js';
import { useConnection, useRoom } from '../live.js';
import type { SymbolInfo } from '../market.js';
import { usePrice } from '../prices.js';
import { symbolRoom } from '../rooms.js';
import { Age, isValid, Stance, strengthWord } from '../signal-parts.js';
import { useLastSignal } from '../symbols.js';
import { Button } from '../ui/button.js';
import { Cell } from '../ui/table.js';
import { Sparkline } from './sparkline.js';

const ARROWS = { '-1': '▾', '0': '', '1': '▴' } as const;
const toneOfChange = (points: number | null): string => (points === null || points === 0 ? 'text-muted' : points > 0 ? 'text-buy' : 'text-sell');

/** Only these two cells render with each price. */
function PriceCells({ info }: { readonly info: SymbolInfo }) {
  const price = usePrice(info.symbol);
  const points = price?.change_pct ?? info.change_pct;
  return (
    <>
      <Cell numeric className="font-semibold">
        <span aria-hidden className={`mr-1 inline-block w-2 text-xs ${price?.direction === -1 ? 'text-sell' : 'text-buy'}`}>{ARROWS[price?.direction ?? 0]}</span>
        {number(price?.price ?? info.price, digitsOf(info.tick_size))}
      </Cell>
      <Cell numeric className={toneOfChange(points)}>{change(points)}</Cell>
    </>
  );
}

function SignalCells({ signal }: { readonly signal: SignalUpdate | null }) {
  const now = useMarketNow();
  if (!signal) return <><Cell className="text-muted">none yet</Cell><Cell wide /><Cell numeric /></>;
  const { agents_consensus: { agreement, consensus_strength: strength } } = signal;
  return (
    <>
      <Cell className={isValid(signal, now) ? '' : 'opacity-70'}><Stance of={signal.action} /></Cell>
      <Cell wide className="whitespace-nowrap text-muted">{strengthWord(strength)} · <span className="sr-only">agreement </span>{percent(agreement)}</Cell>
      <Cell numeric className="text-muted"><Age since={signal.timestamp} /></Cell>
    </>
  );
}

interface Props {
  readonly info: SymbolInfo;
  /** The newest one that was loaded, where none was heard. */
  readonly loaded: SignalUpdate | null;
  readonly onRemove: () => void;
}

export function WatchRow({ info, loaded, onRemove }: Props) {
  const { symbol, name } = info;
  const membership = useRoom(symbolRoom(symbol));
  const heard = useLastSignal(symbol);
  const { lostAt } = useConnection();
  return (
    <tr data-symbol={symbol} className={lostAt === null ? '' : 'opacity-60'}>
      <Cell>
        <Link to="/symbols/$symbol" params={{ symbol }} className="group flex items-baseline gap-2">
          <span className="font-semibold group-hover:text-accent group-hover:underline">{symbol}</span>
          <span className="truncate text-xs text-muted max-md:hidden">{name}</span>
        </Link>
        {membership.name === 'refused' && <p role="alert" className="text-xs text-sell">{membership.error.message}</p>}
      </Cell>
      <PriceCells info={info} />
      <Cell wide><Sparkline info={info} joined={membership.name === 'joined'} /></Cell>
      <SignalCells signal={heard ?? loaded} />
      <Cell className="w-8 py-0.5! pr-1! pl-0! text-right"><Button look="quiet" className="min-h-6! px-1.5! py-0!" aria-label={`Remove ${symbol}`} onClick={onRemove}>✕</Button></Cell>
    </tr>
  );
}
