import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { ErrorNote } from '../ui/states.js';

interface Props {
  readonly title: string;
  /** The word on the button. */
  readonly word: string;
  readonly onClose: () => void;
  readonly act: () => Promise<unknown>;
  /** What comes of it. */
  readonly children: ReactNode;
}

/** Asks once before what cannot be taken back. */
export function Confirm({ title, word, onClose, act, children }: Props) {
  const acting = useMutation({ mutationFn: act, onSuccess: onClose });
  return (
    <Dialog title={title} onClose={onClose} actions={<Button look="danger" busy={acting.isPending} onClick={() => acting.mutate()}>{word}</Button>}>
      {children}
      {acting.error && <ErrorNote error={acting.error} />}
    </Dialog>
  );
}
