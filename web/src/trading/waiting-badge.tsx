import { useQuery } from '@tanstack/react-query';
import { useRoom } from '../live.js';
import { approvalsQuery } from './queries.js';
import { touch } from './touch.js';

const APPROVALS = 'approvals';

/** How many approvals wait for a person; nothing where none do, or where this token may not know. */
export function WaitingBadge() {
  const membership = useRoom(APPROVALS, { approval_update: () => touch('approvals') });
  const { data } = useQuery({ ...approvalsQuery('waiting'), enabled: membership.name === 'joined' });
  if (!data?.length) return null;
  return (
    <span className="ml-1.5 inline-flex min-w-5 items-center justify-center rounded-full bg-accent px-1.5 text-xs leading-5 font-bold text-on-accent tabular-nums">
      {data.length}<span className="sr-only"> {data.length === 1 ? 'approval waits' : 'approvals wait'}</span>
    </span>
  );
}
