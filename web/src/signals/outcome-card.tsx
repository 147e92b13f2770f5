import { Link } from '@tanstack/react-router';
import type { SimilarSignal } from 'conclave/client';
import { change, dayTime, fullTime, number } from '../format.js';
import { Stance } from '../signal-parts.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Fact } from '../ui/fact.js';
import { Empty } from '../ui/states.js';
import type { FullSignal, Outcome } from './signal-data.js';

function Result({ of: { status, correct, touched } }: { readonly of: Outcome }) {
  if (status === 'pending') return <Badge tone="warn">pending{touched === null ? '' : `, ${touched} hit`}</Badge>;
  if (status === 'unknown') return <Badge>unknown: candles are missing</Badge>;
  if (correct === null) return <Badge>resolved</Badge>;
  return <Badge tone={correct ? 'buy' : 'sell'}>{correct ? '✓ right' : '✗ wrong'}</Badge>;
}

const asPoints = (share: number | null): string => change(share === null ? null : share * 100);

/** How it ended, or when that will be known. */
export function OutcomeCard({ signal: { outcome, horizon_bars: bars, interval } }: { readonly signal: FullSignal }) {
  return (
    <Card title="Outcome" aside={outcome && <Result of={outcome} />}>
      {outcome === null ? <Empty title="This signal was not followed." /> : (
        <dl className="p-3">
          <Fact label="Horizon">{bars} candles of {interval}</Fact>
          <Fact label="First hit">{outcome.touched ?? (outcome.status === 'pending' ? 'neither yet' : 'neither')}</Fact>
          <Fact label="Return">{outcome.outcome_return === null ? '–' : <span className={outcome.outcome_return >= 0 ? 'text-buy' : 'text-sell'}>{asPoints(outcome.outcome_return)}</span>}</Fact>
          <Fact label="Class">{outcome.outcome ?? '–'}</Fact>
          <Fact label="Flat within">{outcome.band === null ? '–' : `±${number(outcome.band * 100, 2)}%`}</Fact>
          <Fact label="Resolved">{outcome.resolved_at === null ? '–' : <time dateTime={outcome.resolved_at} title={fullTime(outcome.resolved_at)}>{dayTime(outcome.resolved_at)}</time>}</Fact>
        </dl>
      )}
    </Card>
  );
}

/** What came of signals on a market much like this one's. */
export function Similar({ of }: { readonly of: readonly SimilarSignal[] }) {
  return (
    <Card title="Similar situations">
      {of.length === 0 ? <Empty title="None yet.">Past signals on a similar market appear here once some have been resolved.</Empty> : (
        <ul className="divide-y divide-line/60">
          {of.map(({ signal_id: id, symbol, timestamp, action, outcome, outcome_return: gain, distance }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-2 px-3 py-1.5 text-sm">
              {action && <Stance of={action} />}
              <Link to="/signals/$id" params={{ id }} className="text-accent underline-offset-2 hover:underline">{symbol ?? 'signal'} {timestamp && dayTime(timestamp)}</Link>
              <span className={`ml-auto tabular-nums ${gain >= 0 ? 'text-buy' : 'text-sell'}`}>{asPoints(gain)}</span>
              <span className="w-full text-xs text-muted">{outcome && `went ${outcome.toLowerCase()}`}{distance !== undefined && ` · distance ${number(distance, 2)}`}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
