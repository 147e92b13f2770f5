import { useState } from 'react';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Copies this page's address; where the browser forbids that, shows it. */
export function ShareLink() {
  const [state, setState] = useState<'' | 'copied' | 'shown'>('');
  const copy = (): void => {
    // a page that is not loaded over TLS has no clipboard
    if (!('clipboard' in navigator)) return setState('shown');
    navigator.clipboard.writeText(location.href).then(() => setState('copied'), () => setState('shown'));
  };
  return (
    <>
      <Button onClick={copy}>{state === 'copied' ? 'Link copied' : 'Copy link'}</Button>
      <span role="status" className="sr-only">{state === 'copied' ? 'The link is copied' : ''}</span>
      {state === 'shown' && (
        <Dialog title="A link to this signal" onClose={() => setState('')}>
          <Field label="Link" readOnly value={location.href} onFocus={(event) => event.target.select()} />
        </Dialog>
      )}
    </>
  );
}
