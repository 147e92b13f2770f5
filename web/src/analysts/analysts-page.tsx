import { useQuery } from '@tanstack/react-query';
import { queryClient } from '../api.js';
import { compact, dayTime, money, number } from '../format.js';
import { useConnection, useRoom } from '../live.js';
import { useNews } from '../news.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Stat } from '../ui/stat.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { analystName, counted } from '../words.js';
import { COLUMNS, SeatRow } from './seat-row.js';
import { seatsQuery, seatTaken, type Seat, type Seats } from './seats.js';

function Summary({ items }: { readonly items: readonly Seat[] }) {
  const seated = items.filter(({ state }) => state === 'seated');
  const of = (kind: Seat['kind']): number => seated.filter((seat) => seat.kind === kind).length;
  const sum = (value: (seat: Seat) => number | undefined): number => items.reduce((all, seat) => all + (value(seat) ?? 0), 0);
  return (
    <dl className="panel grid grid-cols-2 gap-x-6 gap-y-3 p-3 sm:grid-cols-3 xl:grid-cols-6">
      <Stat label="Seated" note={`${of('rule')} by rules, ${of('model')} by models, ${of('remote')} remote`}>{number(seated.length, 0)}</Stat>
      <Stat label="Independent voters" note="fault domains among them">{number(new Set(seated.map(({ fault_domain: domain }) => domain)).size, 0)}</Stat>
      <Stat label="Weight" note="of those who sit">{number(seated.reduce((all, { weight }) => all + (weight ?? 0), 0), 2)}</Stat>
      <Stat label="Votes asked for" note="of all seats">{compact(sum(({ statistics }) => statistics?.asked))}</Stat>
      <Stat label="Tokens" note={counted(sum(({ usage }) => usage?.calls), 'call')}>{compact(sum(({ usage }) => usage?.total_tokens))}</Stat>
      <Stat label="Dollars" note="of models, 30 days">{money(sum(({ usage }) => usage?.usd), 'USD', 4)}</Stat>
    </dl>
  );
}

function EmptySeats({ seats }: { readonly seats: readonly Seat[] }) {
  return (
    <Card title="Empty seats" aside={<span className="text-xs text-muted">{counted(seats.length, 'seat')}</span>}>
      {seats.length === 0 ? <Empty title="Every configured seat is taken." /> : (
        <ul className="divide-y divide-line/60">
          {seats.map(({ agent_id: id, name, kind, why }) => (
            <li key={id} data-seat={id} className="px-3 py-2 text-sm">
              <span className="flex items-center gap-2 font-medium">{analystName(name)} <Badge>{kind}</Badge></span>
              <span className="text-xs text-muted">{why}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const RANK: Readonly<Record<Seat['state'], number>> = { seated: 0, away: 1, empty: 2 };

/** Each node counts the votes that were given there. */
function Counted({ of: { counted_since: since, nodes, silent, usage_since: usageSince } }: { readonly of: Seats }) {
  const title = nodes.map(({ node, counted_since: at }) => `${node} since ${dayTime(at)}`).join('\n');
  return (
    <span className="text-xs text-muted">
      {silent.length > 0 && <span className="mr-2 text-warn">without {silent.join(', ')}, which did not answer</span>}
      <span title={title}>votes {nodes.length > 1 ? `at ${nodes.length} nodes ` : ''}since {dayTime(since)}</span>, tokens and dollars since {dayTime(usageSince)}
    </span>
  );
}

function Panel({ seats }: { readonly seats: Seats }) {
  const { items } = seats;
  const present = items.filter(({ state }) => state !== 'empty').sort((a, b) => RANK[a.state] - RANK[b.state]);
  const { lostAt } = useConnection();
  return (
    <div className="space-y-3">
      <h1 className="sr-only">Analysts</h1>
      <Summary items={items} />
      <Card
        title="The panel" className={lostAt === null ? '' : 'opacity-70'}
        aside={<Counted of={seats} />}
      >
        {present.length === 0 ? <Empty title="Nobody sits on the panel.">Seats are configured in config/analysts.yaml.</Empty> : (
          <Table caption="The panel" columns={COLUMNS}>{present.map((seat) => <SeatRow key={seat.agent_id} seat={seat} />)}</Table>
        )}
      </Card>
      <div className="grid items-start gap-3 md:grid-cols-2">
        <EmptySeats seats={items.filter(({ state }) => state === 'empty')} />
        <Card title="Scores and calibration">
          <Empty title="Not measured yet.">How often each was right, and how its confidence compares with that, will be shown here once signals are scored by analyst.</Empty>
        </Card>
      </div>
    </div>
  );
}

/** Who sits on the panel, and how each has voted. */
export function AnalystsPage() {
  const room = useRoom('analysts', { analyst_update: ({ data }) => seatTaken(data) });
  useNews(({ runs_ended: runs }) => runs, () => void queryClient.invalidateQueries({ queryKey: seatsQuery.queryKey }));
  const { data: seats, error, refetch } = useQuery({ ...seatsQuery, enabled: room.name !== 'joining' });
  if (error && !seats) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!seats) return <Loading what="Loading the panel" />;
  return <Panel seats={seats} />;
}
