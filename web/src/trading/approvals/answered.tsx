import { Link } from '@tanstack/react-router';
import { timeOfDay } from '../../format.js';
import { Empty } from '../../ui/states.js';
import { Cell, Table } from '../../ui/table.js';
import { LiveMark } from '../live-mark.js';
import { quantity, Refusal, Section, SideBadge, StatusBadge } from '../parts.js';
import type { Approval, Decision } from '../types.js';
import { personWord } from '../words.js';

const COLUMNS = [{ label: 'Wanted' }, { label: 'Account', wide: true }, { label: 'Answer' }, { label: 'By', wide: true }, { label: 'Came to' }];

interface Props {
  readonly approvals: readonly Approval[];
  readonly decisionOf: (id: string) => Decision | null;
}

/** What does not wait any more, and what its order came to. */
export function Answered({ approvals, decisionOf }: Props) {
  return (
    <Section title="Answered or over">
      {approvals.length === 0 ? <Empty title="Nothing was answered yet." /> : (
        <Table caption="Approvals that do not wait any more, newest first" columns={COLUMNS}>
          {approvals.map((approval) => <Row key={approval.approval_id} approval={approval} decision={decisionOf(approval.decision_id)} />)}
        </Table>
      )}
    </Section>
  );
}

function Row({ approval, decision }: { readonly approval: Approval; readonly decision: Decision | null }) {
  const { approval_id: id, symbol, intent, account_id: account, status, given_by: by, note } = approval;
  const persons = by.map(({ by: who, at }) => `${personWord(who)}, ${timeOfDay(at)}`).join('; ');
  return (
    <tr data-answered={id}>
      <Cell className="whitespace-nowrap"><SideBadge side={intent.side} /> <span className="tabular-nums">{quantity(intent.quantity)}</span> <Link to="/symbols/$symbol" params={{ symbol }} className="font-semibold hover:text-accent hover:underline">{symbol}</Link> <LiveMark account={account} /></Cell>
      <Cell wide className="text-muted">{account}</Cell>
      <Cell><StatusBadge status={status} />{persons !== '' && <p className="mt-0.5 text-xs text-muted sm:hidden">{persons}</p>}{note && <p className="mt-0.5 text-xs text-muted">{note}</p>}</Cell>
      <Cell wide className="text-xs text-muted">{persons || '–'}</Cell>
      <Cell>{decision ? <><StatusBadge status={decision.status} />{decision.gate && <div className="mt-0.5 max-w-sm"><Refusal gate={decision.gate} /></div>}</> : '–'}</Cell>
    </tr>
  );
}
