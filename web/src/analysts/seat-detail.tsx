import type { SeatStatistics } from 'conclave/client';
import type { ReactNode } from 'react';
import { money, number, percent } from '../format.js';
import { Fact } from '../ui/fact.js';
import { plainWords } from '../words.js';
import { abstentions, type Seat } from './seats.js';

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return <div className="min-w-0"><h3 className="eyebrow mb-0.5">{title}</h3>{children}</div>;
}

function Abstained({ of }: { readonly of: SeatStatistics }) {
  const all = abstentions(of);
  const reasons = Object.entries(of.abstained).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  if (all === 0) return <p className="text-sm text-muted">{of.asked === 0 ? 'It was not asked yet.' : 'It has never abstained.'}</p>;
  return (
    <ul className="space-y-1 text-sm">
      {reasons.map(([reason, count]) => (
        <li key={reason} className="grid grid-cols-[minmax(0,1fr)_5rem_2.5rem] items-center gap-2">
          <span className="truncate">{plainWords(reason)}</span>
          <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-raised"><span className="block h-full bg-hold" style={{ width: `${(count / all) * 100}%` }} /></span>
          <span className="num text-xs">{number(count, 0)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the row has no room for. */
export function SeatDetail({ seat: { statistics, usage, conduct, source, warm_up: warmUp, role, model, provider } }: { readonly seat: Seat }) {
  const { latency, votes, majority, signals, asked } = statistics ?? {};
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
      <Part title="Votes">
        {statistics && votes ? (
          <dl>
            <Fact label="Asked">{number(asked, 0)}</Fact>
            {Object.entries(votes).map(([action, count]) => <Fact key={action} label={action}>{number(count, 0)}</Fact>)}
            <Fact label="Latency, mean">{latency ? `${number(latency.mean, 2)} ms` : '–'}</Fact>
            <Fact label="Median, p95">{latency ? `${number(latency.median, 2)}, ${number(latency.p95, 2)} ms` : '–'}</Fact>
          </dl>
        ) : <p className="text-sm text-muted">It was not asked yet.</p>}
      </Part>
      <Part title="Abstained because">{statistics ? <Abstained of={statistics} /> : <p className="text-sm text-muted">–</p>}</Part>
      <Part title="Agreement">
        <dl>
          <Fact label="With the majority">{majority && majority.runs > 0 ? `${number(majority.with, 0)} of ${number(majority.runs, 0)} (${percent(majority.share)})` : '–'}</Fact>
          <Fact label="With the signal">{signals && signals.runs > 0 ? `${number(signals.with, 0)} of ${number(signals.runs, 0)} (${percent(signals.share)})` : '–'}</Fact>
          <Fact label="Score, calibration"><span className="text-muted">not measured yet</span></Fact>
        </dl>
      </Part>
      <Part title={conduct ? 'Conduct' : usage ? 'Model' : 'Method'}>
        <dl>
          {model !== undefined && <Fact label="Model">{model}</Fact>}
          {provider !== undefined && <Fact label="Provider">{provider}</Fact>}
          {role !== undefined && <Fact label="Role">{role}</Fact>}
          {usage && <Fact label="Calls">{number(usage.calls, 0)}</Fact>}
          {usage && <Fact label="Tokens read, written">{number(usage.prompt_tokens, 0)}, {number(usage.completion_tokens, 0)}</Fact>}
          {usage && <Fact label="Dollars">{money(usage.usd, 'USD', 4)}</Fact>}
          {usage && <Fact label="Dollars a call">{usage.calls === 0 ? '–' : money(usage.usd / usage.calls, 'USD', 5)}</Fact>}
          {conduct && <Fact label="Votes that counted">{number(conduct.counted, 0)}</Fact>}
          {conduct && <Fact label="Missed, late">{number(conduct.missed, 0)}, {number(conduct.late, 0)}</Fact>}
          {conduct && <Fact label="Invalid, unknown run">{number(conduct.invalid, 0)}, {number(conduct.unknown_run, 0)}</Fact>}
          {conduct && <Fact label="Said two things">{number(conduct.equivocations, 0)}</Fact>}
          {warmUp !== undefined && <Fact label="Candles needed">{number(warmUp, 0)}</Fact>}
        </dl>
        {source !== undefined && <p className="mt-1 text-xs text-muted">{source}</p>}
      </Part>
    </div>
  );
}
