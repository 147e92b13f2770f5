import { Dialog } from '../ui/dialog.js';
import { Copyable } from './copy.js';

const Once = ({ what }: { readonly what: string }) => (
  <p className="rounded-md border border-warn/40 bg-warn-ground px-2.5 py-1.5 text-warn">Keep this {what} now: it is shown this once, and nobody can look it up again.</p>
);

/** A group's token, and what to do with it. */
export function GroupToken({ name, token, onClose }: { readonly name: string; readonly token: string; readonly onClose: () => void }) {
  const socket = `${location.origin.replace(/^http/, 'ws')}/ws/events?trading_group_token=${token}`;
  return (
    <Dialog title={`The token of ${name}`} onClose={onClose}>
      <Once what="token" />
      <Copyable label="Token" text={token} />
      <p className="pt-1 font-medium">What next</p>
      <Copyable label="Run the members here, trading nothing at first" text={`npx conclave group --token ${token} --url ${location.origin} --dry-run`} />
      <Copyable label="Or connect a program of your own" text={socket} />
      <p className="text-muted">The group’s page says connected as soon as somebody is there. Then send it a test event.</p>
    </Dialog>
  );
}

/** What lets an outside trigger in. */
export function TriggerCredential({ name, token, secret, path, onClose }: { readonly name: string; readonly token?: string; readonly secret?: string; readonly path?: string; readonly onClose: () => void }) {
  if (token !== undefined) {
    return (
      <Dialog title={`The token of ${name}`} onClose={onClose}>
        <Once what="token" />
        <Copyable label="Token" text={token} />
        <Copyable label="Connect the program that makes events" text={`${location.origin.replace(/^http/, 'ws')}/ws/events?trigger_token=${token}`} />
      </Dialog>
    );
  }
  return (
    <Dialog title={`The secret of ${name}`} onClose={onClose}>
      <Once what="secret" />
      <Copyable label="Secret" text={secret ?? ''} />
      <Copyable label="Send POST requests to" text={`${location.origin}${path ?? `/api/hooks/${name}`}`} />
      <p className="text-muted">
        Signed by <code className="font-mono text-xs">X-Conclave-Timestamp</code>, seconds since 1970, and <code className="font-mono text-xs">X-Conclave-Signature</code>:
        {' '}<code className="font-mono text-xs">sha256=</code> and the HMAC-SHA256 of <code className="font-mono text-xs">timestamp.body</code> in hex, with this secret.
      </p>
    </Dialog>
  );
}
