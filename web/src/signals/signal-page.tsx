import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiError } from '../api.js';
import { Calls } from '../ai-logs/calls.js';
import { useMarketNow } from '../clock.js';
import { digitsOf, fullTime, money, number, percent, span, timeOfDay } from '../format.js';
import { useRoom } from '../live.js';
import { symbolsQuery } from '../market.js';
import { symbolRoom } from '../rooms.js';
import { Stance, strengthWord } from '../signal-parts.js';
import { Ring } from '../symbol/ring.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Fact } from '../ui/fact.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { triggerWords } from '../words.js';
import { Aftermath } from './aftermath.js';
import { Inputs } from './inputs.js';
import { OutcomeCard, Similar } from './outcome-card.js';
import { ShareLink } from './share-link.js';
import { explainQuery, signalQuery, type FullSignal } from './signal-data.js';
import { Votes } from './votes.js';
import { Why } from './why.js';

export function SignalPage() {
  const { id } = useParams({ from: '/signals/$id' });
  const { data: signal, error, refetch } = useQuery(signalQuery(id));
  if (error instanceof ApiError && error.status === 404) {
    return <Empty title="There is no such signal.">The link may be cut off, or of another server. <Link to="/" className="text-accent underline">To the watch list</Link></Empty>;
  }
  if (error && !signal) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!signal) return <Loading what="Loading the signal" />;
  return <OneSignal key={id} signal={signal} />;
}

const isOpen = ({ status, outcome }: FullSignal): boolean => status === 'active' || outcome?.status === 'pending';

/** What may still happen to it is heard: a later signal, its outcome, a decision that it led to. */
function useWhatFollows(signal: FullSignal): void {
  const { signal_id: id, symbol } = signal;
  const queries = useQueryClient();
  const again = (): void => void queries.invalidateQueries({ queryKey: ['signal', id], predicate: ({ queryKey }) => queryKey[2] !== 'explain' });
  const { name } = useRoom(isOpen(signal) ? symbolRoom(symbol) : null, {
    signal_resolved: ({ data }) => void (data.signal_id === id && again()),
    signal_update: ({ data }) => void (data.signal_id !== id && signal.status === 'active' && again()),
    trading_decision: ({ data }) => void (data.signal_id === id && again()),
  });
  useEffect(() => {
    if (name === 'joined') void queries.invalidateQueries({ queryKey: ['signal', id], predicate: ({ queryKey }) => queryKey[2] !== 'explain' }); // what fell between loading and joining
  }, [name, id, queries]);
}

function StatusBadge({ signal: { status, valid_until: until, superseded_at: superseded } }: { readonly signal: FullSignal }) {
  const left = Date.parse(until) - useMarketNow();
  if (status === 'superseded') return <Badge title={superseded === null ? undefined : fullTime(superseded)}>superseded{superseded === null ? '' : ` ${timeOfDay(superseded)}`}</Badge>;
  if (status === 'expired' || left <= 0) return <Badge title={fullTime(until)}>expired {timeOfDay(until)}</Badge>;
  return <Badge tone="buy" title={fullTime(until)}>active, {span(left)} left</Badge>;
}

function Heading({ signal, digits }: { readonly signal: FullSignal; readonly digits: number }) {
  const { symbol, action, price, timestamp, source } = signal;
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-1">
      <h1 className="flex items-center gap-2 text-xl leading-tight font-bold">
        <Link to="/symbols/$symbol" params={{ symbol }} className="text-accent underline-offset-2 hover:underline">{symbol}</Link> <Stance of={action} />
      </h1>
      <p className="text-lg font-semibold tabular-nums">{number(price, digits)}</p>
      <p className="text-sm text-muted"><time dateTime={timestamp}>{fullTime(timestamp)}</time></p>
      <p className="flex flex-wrap gap-2">
        <StatusBadge signal={signal} />
        {source === 'simulated' ? <Badge tone="warn" title="The prices behind this signal are made up">SIMULATED</Badge> : <Badge title="Where its prices come from">{source}</Badge>}
      </p>
      <div className="sm:ml-auto"><ShareLink /></div>
    </header>
  );
}

function Verdict({ signal, digits }: { readonly signal: FullSignal; readonly digits: number }) {
  const { agents_consensus: { consensus_strength: strength, effective_voters: voters }, metadata: { target_price: target, stop_loss: stop }, probability, price } = signal;
  const away = (level: number | null | undefined): string => (level == null ? '–' : `${number(level, digits)} (${number(((level - price) / price) * 100, 2)}%)`);
  return (
    <Card title="Consensus" aside={<span className="text-xs text-muted">{strengthWord(strength)}</span>}>
      <div className="flex flex-wrap items-center justify-center gap-4 p-3">
        <Ring signal={signal} />
        <dl className="min-w-48 flex-1">
          <Fact label="Confidence">{percent(signal.confidence)}</Fact>
          <Fact label="Probability">{probability === null ? 'not calibrated yet' : `${percent(probability.value)} (${percent(probability.low)} to ${percent(probability.high)})`}</Fact>
          <Fact label="Target">{away(target)}</Fact>
          <Fact label="Stop">{away(stop)}</Fact>
          {voters != null && <Fact label="Worth">{number(voters, 1)} independent voters</Fact>}
        </dl>
      </div>
    </Card>
  );
}

function Provenance({ signal: { trigger, depth, interval, horizon_bars: bars, run_id: run, source, signal_id: id } }: { readonly signal: FullSignal }) {
  return (
    <Card title="Where it comes from">
      <dl className="p-3">
        <Fact label="Because of">{triggerWords(trigger)}</Fact>
        <Fact label="Prices">{source === 'simulated' ? 'SIMULATED' : source}</Fact>
        <Fact label="Depth">{depth ?? 'fast'}</Fact>
        <Fact label="Candles">{interval}, {bars} ahead</Fact>
        <Fact label="Signal"><span className="font-mono text-xs break-all">{id}</span></Fact>
        <Fact label="Run"><span className="font-mono text-xs break-all">{run}</span></Fact>
      </dl>
    </Card>
  );
}

function Costs({ of: { calls, prompt_tokens: prompt, completion_tokens: completion, usd } }: { readonly of: FullSignal['costs'] }) {
  return (
    <Card title="Cost" aside={<span className="text-xs text-muted">{calls === 0 ? 'no model was asked' : money(usd, 'USD', 4)}</span>}>
      <dl className="p-3">
        <Fact label="Calls of models">{number(calls, 0)}</Fact>
        <Fact label="Tokens read">{number(prompt, 0)}</Fact>
        <Fact label="Tokens written">{number(completion, 0)}</Fact>
        <Fact label="Dollars">{money(usd, 'USD', 4)}</Fact>
      </dl>
    </Card>
  );
}

function OneSignal({ signal }: { readonly signal: FullSignal }) {
  const { signal_id: id, symbol, run_id: run, metadata, costs } = signal;
  useWhatFollows(signal);
  const { data: known } = useQuery(symbolsQuery);
  const { data: explanation, error, refetch } = useQuery(explainQuery(id));
  const info = known?.find((each) => each.symbol === symbol);
  const digits = info ? digitsOf(info.tick_size) : 2;
  return (
    <div className="space-y-3">
      <Heading signal={signal} digits={digits} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
        <div className="grid min-w-0 gap-3">
          {error && <ErrorNote error={error} again={() => void refetch()} />}
          {!explanation && !error && <Card title="Why"><Loading what="Reckoning it again" /></Card>}
          {explanation && <Why of={explanation} />}
          <Votes signal={signal} explanation={explanation} digits={digits} />
          <Aftermath id={id} />
        </div>
        <div className="grid min-w-0 gap-3 lg:row-span-2">
          <Verdict signal={signal} digits={digits} />
          <OutcomeCard signal={signal} />
          <Similar of={metadata.similar ?? []} />
          <Costs of={costs} />
          <Provenance signal={signal} />
        </div>
        <div className="grid min-w-0 gap-3">
          <Calls runId={run} expected={costs.calls} />
          <Inputs view={signal.view} digits={digits} />
        </div>
      </div>
    </div>
  );
}
