import { Link } from '@tanstack/react-router';
import { DecisionList } from '../orders/decision-list.js';
import { useDecisions } from '../orders/use-lists.js';
import { Section } from '../parts.js';

const LATEST = 8;

export function LatestDecisions() {
  const list = useDecisions({}, LATEST);
  return (
    <Section title="Latest decisions" aside={<Link to="/trading/decisions" className="text-xs text-accent hover:underline">All decisions</Link>}>
      <DecisionList list={{ ...list, items: list.items?.slice(0, LATEST), more: null }} />
    </Section>
  );
}
