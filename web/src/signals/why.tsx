import type { ReactNode } from 'react';
import { number, percent } from '../format.js';
import { Stance } from '../signal-parts.js';
import { Card } from '../ui/card.js';
import { analystName, counted } from '../words.js';
import { QuorumBar } from './quorum-bar.js';
import type { Explanation } from './signal-data.js';

const points = (share: number): string => `${number(Math.abs(share) * 100, 1)} points`;

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Of the others, the action that lacks least, and how much. */
const closest = (lacking: Explanation['lacking']): readonly [string, number] => Object.entries(lacking).sort(([, a], [, b]) => a - b)[0] ?? ['', 0];

/** What the margin says, as a sentence. */
function marginWords({ margin, lacking, verdict: { action }, parameters: { threshold } }: Explanation): string {
  if (margin >= 0) return `${action} stands ${points(margin)} above the quorum of ${percent(threshold)}.`;
  return `No action reached the quorum of ${percent(threshold)}, so it is HOLD. ${closest(lacking)[0]} came closest.`;
}

function flipWords({ flip: { found, action, changes, none_within: none, smallest } }: Explanation): string {
  if (!found) return `No change of up to ${counted(none, 'vote')} would have made another action.`;
  const votes = list(changes.map(({ name, from, to }) => `${analystName(name)} with ${to} instead of ${from}`));
  return `${votes} would have made it ${action}.${smallest ? '' : ` A smaller change than these ${changes.length} was not ruled out beyond ${counted(none, 'vote')}.`}`;
}

function aloneWords({ without_analyst: without, verdict: { action } }: Explanation): string {
  const decisive = without.filter(({ changes }) => changes).map(({ name }) => analystName(name));
  if (decisive.length === 0) return `Without any one analyst it is still ${action}.`;
  return `Without ${list(decisive.slice(0, 4))}${decisive.length > 4 ? ` or any of ${decisive.length - 4} more` : decisive.length > 1 ? ' (each alone)' : ''} it would not be ${action}.`;
}

function domainWords({ without_domain: without, verdict: { action, fault_domains: domains, tolerated_faults: faults } }: Explanation): string {
  const decisive = without.filter(({ changes }) => changes).map(({ fault_domain: domain }) => domain);
  const all = `${counted(domains, 'independent voter')}, of which ${faults} may be wrong at will.`;
  if (decisive.length === 0) return `${all} Without any one of them it is still ${action}.`;
  return `${all} It hangs on ${list(decisive.slice(0, 3))}${decisive.length > 3 ? ` and ${decisive.length - 3} more` : ''}.`;
}

function Finding({ title, figure, children }: { readonly title: string; readonly figure: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{title}</dt>
      <dd className="text-lg leading-tight font-semibold tabular-nums">{figure}</dd>
      <dd className="mt-0.5 text-xs text-muted">{children}</dd>
    </div>
  );
}

const marginFigure = ({ margin, lacking, verdict: { support, action }, parameters: { threshold } }: Explanation): string => {
  if (margin >= 0) return `+${points(margin)}`;
  const [nearest, lacks] = closest(lacking);
  return lacks < threshold - (support[action] ?? 0) ? `${nearest} −${points(lacks)}` : `−${points(margin)}`;
};

/** Why the signal is what it is, and how little would have made it another one. */
export function Why({ of }: { readonly of: Explanation }) {
  const { verdict, margin, lacking, flip, without_analyst: alone, without_domain: domains, reproduces, parameters } = of;
  const decisive = alone.filter(({ changes }) => changes).length;
  const decisiveDomains = domains.filter(({ changes }) => changes).length;
  return (
    <Card title={`Why ${verdict.action}`} aside={<span className="text-xs text-muted" title={parameters.note}>{reproduces ? 'reckoned again from the stored votes: the same' : 'the stored votes come to something else'}</span>}>
      <div className="space-y-4 p-3">
        <QuorumBar support={verdict.support} action={verdict.action} threshold={parameters.threshold} />
        <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
          {Object.entries(verdict.support).sort(([, a], [, b]) => b - a).map(([action, share]) => (
            <li key={action} className="flex items-center gap-2 tabular-nums">
              <Stance of={action} /><strong className="font-semibold">{percent(share)}</strong>
              {action !== verdict.action && <span className="text-xs text-muted">lacks {points(lacking[action as keyof typeof lacking] ?? 0)}</span>}
            </li>
          ))}
        </ul>
        <dl className="grid gap-x-5 gap-y-4 sm:grid-cols-2 xl:grid-cols-4">
          <Finding title="Margin to the quorum" figure={<span className={margin >= 0 ? '' : 'text-warn'}>{marginFigure(of)}</span>}>{marginWords(of)}</Finding>
          <Finding title="Smallest flip" figure={flip.found ? counted(flip.changes.length, 'vote') : `more than ${counted(flip.none_within, 'vote')}`}>{flipWords(of)}</Finding>
          <Finding title="Leave one analyst out" figure={decisive === 0 ? 'nobody decisive' : `${decisive} decisive`}>{aloneWords(of)}</Finding>
          <Finding title="Leave one fault domain out" figure={decisiveDomains === 0 ? 'none decisive' : `${decisiveDomains} decisive`}>{domainWords(of)}</Finding>
        </dl>
      </div>
    </Card>
  );
}
