/** A text as hashed terms with weights, of Euclidean length 1; terms in rising order. */
export interface SparseText {
  readonly terms: Uint32Array;
  readonly weights: Float32Array;
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}.&'’-]*/gu;
const ASCII_WORD = /[a-z0-9][a-z0-9.&'-]*/g;
const ASCII = /^[\x00-\x7f]*$/;
const MOST_WORDS = 400;
const { imul } = Math;
const STOP = new Set(('a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its may more most new no not of on or our '
  + 'over said say says she so than that the their them there they this to up was we were what when which who will with would you your').split(' '));

/** Words in lower case without a trailing `'s` or plural `s`; no stop words. */
function words(text: string): string[] {
  const found: string[] = [];
  for (const raw of text.toLowerCase().match(ASCII.test(text) ? ASCII_WORD : WORD) ?? []) {
    const word = bare(raw);
    if (word === '' || STOP.has(word)) continue;
    found.push(word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word);
    if (found.length === MOST_WORDS) break;
  }
  return found;
}

const POSSESSIVE = ["'s", '’s'];
const TRAILING = new Set(['.', "'", '’', '-', '&']);

function bare(word: string): string {
  let end = word.length;
  if (POSSESSIVE.some((ending) => word.endsWith(ending))) end -= 2;
  while (end > 0 && TRAILING.has(word[end - 1]!)) end -= 1;
  return end === word.length ? word : word.slice(0, end);
}

/** FNV-1a, 32 bits: no table of words to keep. */
function hashed(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** `weigh` scales a term (its inverse document frequency, in a query); 1 + ln of how often it occurs besides. */
export function sparseText(text: string, weigh: (term: number) => number = () => 1): SparseText {
  const counts = new Map<number, number>();
  for (const word of words(text)) {
    const term = hashed(word);
    counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const terms = Uint32Array.from(counts.keys()).sort();
  const weights = Float32Array.from(terms, (term) => (1 + Math.log(counts.get(term)!)) * weigh(term));
  let squares = 0;
  for (const weight of weights) squares += weight * weight;
  const length = Math.sqrt(squares) || 1;
  for (let at = 0; at < weights.length; at++) weights[at]! /= length;
  return { terms, weights };
}

/** Of two texts, 0 to 1. The shorter one's terms are looked up in the longer one. */
export function cosine(a: SparseText, b: SparseText): number {
  const [few, many] = a.terms.length <= b.terms.length ? [a, b] : [b, a];
  let sum = 0;
  for (let at = 0; at < few.terms.length; at++) {
    const place = placeOf(many.terms, few.terms[at]!);
    if (place >= 0) sum += few.weights[at]! * many.weights[place]!;
  }
  return sum;
}

function placeOf(terms: Uint32Array, term: number): number {
  let [low, high] = [0, terms.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const there = terms[middle]!;
    if (there === term) return middle;
    if (there < term) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
