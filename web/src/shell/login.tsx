import { useState, type FormEvent } from 'react';
import { signIn } from '../auth.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';

/** The server wants a token: it is tried before it is kept. */
export function Login({ why }: { readonly why: string | null }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string | null>(why);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      const response = await fetch('/api/symbols', { headers: { Authorization: `Bearer ${token.trim()}` } });
      if (response.status !== 401) return signIn(token.trim());
      setError(((await response.json()) as { detail: string }).detail);
    } catch {
      setError('The server does not answer. Try again.');
    }
    setBusy(false);
  };
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form className="panel w-full max-w-sm space-y-4 p-5" onSubmit={(event: FormEvent) => { event.preventDefault(); void submit(); }}>
        <div>
          <h1 className="text-lg font-bold">Conclave</h1>
          <p className="text-sm text-muted">This server asks who you are. The token stays in this tab.</p>
        </div>
        <Field label="Token" type="password" autoComplete="off" spellCheck={false} required autoFocus value={token} onChange={(event) => setToken(event.target.value)} error={error ?? undefined} />
        <Button type="submit" look="primary" busy={busy} disabled={token.trim() === ''} className="w-full">Sign in</Button>
      </form>
    </main>
  );
}
