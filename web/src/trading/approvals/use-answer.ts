import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { queryClient, send } from '../../api.js';
import { approvalsQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { Approval } from '../types.js';

export interface Answer {
  readonly decision: 'approve' | 'edit' | 'reject';
  readonly edits?: Readonly<Record<string, number | string | null>>;
  readonly note?: string;
}

/** Answers what is shown: its hash goes with it, so nothing else can be meant. */
export function useAnswer({ approval_id: id, hash }: Approval, onDone?: () => void): UseMutationResult<Approval, Error, Answer> {
  return useMutation({
    mutationFn: (answer: Answer) => send<Approval>('POST', `/api/approvals/${id}`, { ...answer, hash }),
    onSuccess: (now) => {
      queryClient.setQueryData(approvalsQuery().queryKey, (known) => known?.map((each) => (each.approval_id === id ? now : each)));
      onDone?.();
    },
    onSettled: () => touch('approvals'),
  });
}
