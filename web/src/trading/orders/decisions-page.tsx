import { useState } from 'react';
import { Section } from '../parts.js';
import { DecisionList } from './decision-list.js';
import { Filters } from './filters.js';
import { useDecisions, type Filter } from './use-lists.js';

const STATUSES = ['refused', 'waiting_approval', 'submitted', 'partially_filled', 'filled', 'expired', 'cancelled', 'rejected'];

export function DecisionsPage() {
  const [filter, setFilter] = useState<Filter>({});
  return (
    <>
      <h1 className="sr-only">Decisions</h1>
      <Section title="Decisions" aside={<Filters filter={filter} onChange={setFilter} statuses={STATUSES} />}><DecisionList list={useDecisions(filter)} /></Section>
    </>
  );
}
