import { dismiss, notices, type Notice } from '../notices.js';
import { useStore } from '../store.js';
import { Button } from '../ui/button.js';

const LOOKS: Readonly<Record<Notice['level'], string>> = {
  info: 'border-line text-text', warn: 'border-warn/50 text-warn', error: 'border-sell/50 text-sell',
};

/** What has to be read once, until it is dismissed. */
export function Notices() {
  const shown = useStore(notices);
  return (
    <div role="log" aria-label="Notices" className="pointer-events-none fixed right-3 bottom-3 z-30 flex w-[min(26rem,calc(100vw-1.5rem))] flex-col gap-2">
      {shown.map(({ id, level, text }) => (
        <div key={id} className={`pointer-events-auto flex items-start gap-2 rounded-md border bg-surface p-2 text-sm shadow-lg ${LOOKS[level]}`}>
          <p className="min-w-0 flex-1 py-1 break-words">{text}</p>
          <Button look="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>✕</Button>
        </div>
      ))}
    </div>
  );
}
