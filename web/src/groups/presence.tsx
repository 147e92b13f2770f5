import { dayTime } from '../format.js';
import type { Group } from './shapes.js';

/** Whether somebody is there with the group's token. */
export function Presence({ group: { connected, connected_since: since, has_token: token, node } }: { readonly group: Pick<Group, 'connected' | 'connected_since' | 'has_token' | 'node'> }) {
  const [word, colour] = connected ? ['connected', 'bg-buy'] : token ? ['away', 'bg-hold'] : ['no token', 'bg-warn'];
  return (
    <span data-presence={word} className="inline-flex items-center gap-1.5 whitespace-nowrap" title={connected && since !== null ? `Since ${dayTime(since)}${node === null ? '' : `, at node ${node}`}` : undefined}>
      <span aria-hidden className={`size-2 rounded-full ${colour}`} />
      <span className={connected ? 'font-medium' : 'text-muted'}>{word}</span>
    </span>
  );
}
