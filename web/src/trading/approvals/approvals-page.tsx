import { useQuery } from '@tanstack/react-query';
import { useRoom } from '../../live.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { useDecisions } from '../orders/use-lists.js';
import { accountsQuery, approvalsQuery } from '../queries.js';
import { ApprovalCard } from './approval-card.js';
import { Answered } from './answered.js';

const DECISIONS = 100;
const ANSWERED = 20;

/** What waits for a person, what runs out first at the top; below, what became of the rest. */
export function ApprovalsPage() {
  const membership = useRoom('approvals');
  const { data: approvals, error, refetch } = useQuery({ ...approvalsQuery(), enabled: membership.name === 'joined' });
  const { data: accounts } = useQuery(accountsQuery);
  const { items: decisions = [] } = useDecisions({}, DECISIONS);
  const decisionOf = (id: string) => decisions.find(({ decision_id: decision }) => decision === id) ?? null;
  if (membership.name === 'refused') return <div className="panel"><Empty title="This token may not approve.">{membership.error.message}</Empty></div>;
  if (error && !approvals) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!approvals) return <Loading what="Loading the approvals" />;
  const waiting = approvals.filter(({ status }) => status === 'waiting').sort((a, b) => a.expires_at.localeCompare(b.expires_at));
  const answered = approvals.filter(({ status }) => status !== 'waiting').slice(0, ANSWERED);
  return (
    <div className="space-y-3">
      <h1 className="sr-only">Approvals</h1>
      <section aria-label="Waiting for a person">
        {waiting.length === 0 ? (
          <div className="panel"><Empty title="Nothing waits for a person.">Which decisions do is said by the policies in config/risk.yaml. They appear here the moment they are made.</Empty></div>
        ) : (
          <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
            {waiting.map((approval) => (
              <li key={approval.approval_id} className="min-w-0">
                <ApprovalCard approval={approval} decision={decisionOf(approval.decision_id)} account={accounts?.find(({ account_id: id }) => id === approval.account_id) ?? null} accountsKnown={accounts !== undefined} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <Answered approvals={answered} decisionOf={decisionOf} />
    </div>
  );
}
