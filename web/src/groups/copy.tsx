import { useState } from 'react';
import { Button } from '../ui/button.js';

/** A line to be taken along, with a button that copies it. */
export function Copyable({ label, text }: { readonly label: string; readonly text: string }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('The browser refuses: select it and copy by hand');
    }
  };
  return (
    <div>
      <p className="mb-0.5 text-xs font-medium text-muted">{label}</p>
      <div className="flex items-stretch gap-2">
        <code aria-label={label} className="min-w-0 flex-1 self-center rounded-md border border-line bg-raised px-2 py-1.5 font-mono text-xs break-all select-all">{text}</code>
        <Button onClick={() => void copy()} aria-label={`${said === 'Copied' ? 'Copied' : 'Copy'}: ${label}`}>{said === 'Copied' ? 'Copied' : 'Copy'}</Button>
      </div>
      <p role="status" className={said === '' || said === 'Copied' ? 'sr-only' : 'mt-0.5 text-xs text-sell'}>{said}</p>
    </div>
  );
}
