import { ApiError } from '../../api.js';
import { refusalWord } from '../words.js';

/** Why an answer was refused: in words, and in the server's. */
export function RefusedNote({ error }: { readonly error: Error | null }) {
  if (!error) return null;
  const code = error instanceof ApiError ? error.code : 'INTERNAL';
  return (
    <div role="alert" className="mx-3 mb-2 rounded-md border border-sell/50 px-2.5 py-2 text-sm">
      <p className="font-medium text-sell" title={code}>{refusalWord(code)}</p>
      <p className="mt-0.5 text-xs break-words text-muted">{error.message}</p>
    </div>
  );
}
