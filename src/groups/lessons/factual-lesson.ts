import { cut } from '../../analysts/llm/quoted-data.js';
import { factualReflection } from '../../trading/agents/factual-reflection.js';
import type { LessonContext, Opinion } from './lesson-context.js';

const [LONGEST_TITLE, LONGEST_NAME, LONGEST_PART, LONGEST_WORDS] = [160, 40, 600, 4000];
const MOST_NAMES = 8;
const BUYS = new Set(['BUY', 'LONG', 'BULLISH', 'STRONG_BUY']);
const SELLS = new Set(['SELL', 'SHORT', 'BEARISH', 'STRONG_SELL']);

/** What figures and words on record say: no causes are made up. */
export function factualLesson(context: LessonContext): string {
  const { review, event, discussion } = context;
  const { thought, happened, change } = factualReflection(review);
  const parts = [
    event && `On "${cut(event.title, LONGEST_TITLE)}" (${event.source_id}) the group went ${review.trade.side}.`,
    discussion ? votes(context) : thought,
    happened, change,
  ];
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').map((part) => cut(part, LONGEST_PART)).join(' ');
}

/** What a later event is compared with: what was said before the trade, not how it ended. */
export function wordsOf({ review: { trade, reason }, event, discussion }: LessonContext, lesson: string): string {
  const said = discussion?.opinions.map((opinion) => [opinion['opinion'], opinion['reasoning']].filter((each) => typeof each === 'string').join(' ')) ?? [];
  const parts = [
    trade.symbol, trade.side, event?.title, event && (JSON.parse(event.tags) as string[]).join(' '), event?.payload.slice(0, 1000), discussion?.message,
    discussion?.decision && JSON.stringify(discussion.decision).slice(0, 500), reason, lesson, ...said,
  ];
  return cut(parts.filter((part) => typeof part === 'string' && part !== '').join(' '), LONGEST_WORDS);
}

function votes({ review: { trade }, discussion }: LessonContext): string | null {
  const [own, other] = trade.side === 'long' ? [BUYS, SELLS] : [SELLS, BUYS];
  const named = (side: ReadonlySet<string>): string[] => (discussion?.opinions ?? []).filter((opinion) => side.has(stanceOf(opinion))).map(nameOf);
  const [agreed, against] = [named(own), named(other)];
  const parts = [agreed.length > 0 && `for it ${listed(agreed)}`, against.length > 0 && `against it ${listed(against)}`].filter(Boolean);
  return parts.length === 0 ? null : `Of its members were ${parts.join(', ')}.`;
}

const stanceOf = ({ signal, action, opinion }: Opinion): string => {
  const said = [signal, action, opinion].find((each) => typeof each === 'string');
  return typeof said === 'string' ? said.trim().toUpperCase() : '';
};
const nameOf = ({ name, role, member_id: id }: Opinion): string => cut(String([name, role, id].find((each) => typeof each === 'string' && each !== '') ?? 'one without a name'), LONGEST_NAME);
const listed = (names: readonly string[]): string => (names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`);
