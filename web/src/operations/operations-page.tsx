import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { number, span } from '../format.js';
import { useConnection, useRoom } from '../live.js';
import { notify } from '../notices.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Stat } from '../ui/stat.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { plainWords } from '../words.js';
import { LogStream } from './log-stream.js';
import { logged, operationsQuery, reported, type Budgets, type Operations, type Report } from './operations.js';
import { BudgetCard, Feeds, Nodes, Rooms } from './tables.js';

/** Reports come every two seconds. */
const SILENT_MS = 7_000;

function Faults({ of }: { readonly of: Report['faults'] }) {
  if (of.length === 0) return <p role="status" className="panel flex items-center gap-2 px-3 py-2 text-sm"><span aria-hidden className="size-2 rounded-full bg-buy" />Nothing is wrong.</p>;
  return (
    <section aria-label="Faults" role="status" className="panel divide-y divide-line/60 border-sell/50">
      {of.map(({ code, level, subject, message }) => (
        <p key={`${code}${subject ?? ''}`} className="flex flex-wrap items-center gap-2 px-3 py-2 text-sm">
          <Badge tone={level === 'error' ? 'sell' : 'warn'}>{plainWords(code)}</Badge>{subject !== null && <strong className="font-semibold">{subject}</strong>}<span>{message}</span>
        </p>
      ))}
    </section>
  );
}

const up = (state: 'up' | 'away' | null) => (state === null ? 'alone' : state === 'up' ? 'up' : <span className="text-sell">away</span>);

function Figures({ of }: { readonly of: Report }) {
  const { state, uptime_s: uptime, version, connections, queue, decision_log: log, database, redis, feed } = of;
  const { name, stale, last_tick_age_ms: age } = feed as { readonly name: string; readonly stale: boolean; readonly last_tick_age_ms: number | null };
  return (
    <dl className="panel grid grid-cols-2 gap-x-6 gap-y-3 p-3 sm:grid-cols-4 xl:grid-cols-8">
      <Stat label="State" note={`version ${version}`}>{state}</Stat>
      <Stat label="Up for" note={`node ${of.node}`}>{span(uptime * 1000)}</Stat>
      <Stat label="Connections" note={`${number(connections.all, 0)} at all nodes, ${number(connections.limit, 0)} fit here`}>{number(connections.here, 0)}</Stat>
      <Stat label="Dropped" note={Object.entries(connections.dropped).map(([code, count]) => `${count} × ${code}`).join(', ') || 'none'}>{number(Object.values(connections.dropped).reduce((sum, count) => sum + count, 0), 0)}</Stat>
      <Stat label="Runs" note={`${number(queue.waiting, 0)} wait, ${number(queue.ended, 0)} ended`}>{number(queue.running, 0)} now</Stat>
      <Stat label="Feed" note={age === null ? 'no price yet' : `last price ${span(age)} ago`}>{stale ? <span className="text-warn">stale</span> : name}</Stat>
      <Stat label="Database" note={`${number(log.pending, 0)} calls not stored yet`}>{up(database)}</Stat>
      <Stat label="Redis" note={redis === null ? 'one node needs none' : 'between the nodes'}>{up(redis)}</Stat>
    </dl>
  );
}

/** How long there was no report; it renders each second. */
function Silence({ since }: { readonly since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const away = now - since;
  return away < SILENT_MS ? null : <p role="status" className="rounded-md border border-warn/45 bg-warn-ground px-3 py-2 text-sm text-warn">No report for {span(away)}: what is shown is old.</p>;
}

function Shown({ of, heardAt }: { readonly of: Operations; readonly heardAt: number }) {
  const { lostAt } = useConnection();
  return (
    <div className="space-y-3">
      <h1 className="sr-only">Operations</h1>
      <Silence since={heardAt} />
      <div className={`space-y-3 ${lostAt === null ? '' : 'opacity-60'}`}>
        <Faults of={of.faults} />
        <Figures of={of} />
        <div className="grid items-start gap-3 lg:grid-cols-2">
          <div className="grid min-w-0 gap-3"><Nodes of={of.nodes} /><Feeds of={of.feeds} /></div>
          <div className="grid min-w-0 gap-3"><BudgetCard of={of.budgets as Budgets | null} /><Rooms of={of.rooms} /></div>
        </div>
        <LogStream lines={of.log} />
      </div>
    </div>
  );
}

/** How the server is doing, for who runs it. */
export function OperationsPage() {
  const [heardAt, setHeardAt] = useState(() => performance.now());
  const ops = useRoom('ops', {
    ops_update: ({ data }) => {
      reported(data);
      setHeardAt(performance.now());
    },
    log_line: ({ data }) => logged(data),
    node_update: ({ data: { node, state } }) => notify({ id: `node:${node}`, level: state === 'left' ? 'warn' : 'info', text: `Node ${node} has ${state}.` }),
  });
  const { data, error, refetch } = useQuery({ ...operationsQuery, enabled: ops.name === 'joined' });
  if (ops.name === 'refused') {
    return <Card title="Operations"><Empty title="This page is for who runs the server.">{ops.error.message}. Sign in with a token that has the scope “admin”.</Empty></Card>;
  }
  if (error && !data) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!data) return <Loading what="Loading how the server is doing" />;
  return <Shown of={data} heardAt={heardAt} />;
}
