/** Randomness with random access: the same arguments give the same number, in any order, on any machine. */

// local names: in the tests' sandbox each access to a global is slow
const { cos, floor, imul, log, max, min, sqrt } = Math;

const WORD = 2 ** 32;
const TAU = 2 * Math.PI;

/** 32 well-mixed bits of a seed, a stream (what the number is for) and an index up to 2^53 (murmur3's finaliser). */
function hash(seed: number, stream: number, index: number): number {
  let h = seed ^ imul(stream, 0x9e3779b1);
  h = imul(h ^ (index | 0), 0x85ebca6b);
  h = imul(h ^ (h >>> 15) ^ floor(index / WORD), 0xc2b2ae35);
  h = imul(h ^ (h >>> 13), 0x27d4eb2f);
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 14)) >>> 0;
}

/** A seed made of a seed and a text (FNV-1a, mixed). */
export function seedOf(seed: number, text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = imul(h ^ text.charCodeAt(at), 0x01000193);
  return hash(seed | 0, h, floor(seed / WORD));
}

/** 0 inclusive to 1 exclusive. */
export const uniform = (seed: number, stream: number, index: number): number => hash(seed, stream, index) / WORD;

/** Standard normal, cut at ±3 (Box–Muller). */
export function gaussian(seed: number, stream: number, index: number): number {
  const radius = sqrt(-2 * log((hash(seed, stream, index) + 1) / WORD));
  const angle = TAU * uniform(seed, stream + 0x5bd1, index);
  return max(-3, min(3, radius * cos(angle)));
}

/** Value noise: hashes at the multiples of `period`, smooth between them; mean 0, −1 to 1. */
export function valueNoise(seed: number, stream: number, time: number, period: number): number {
  const at = time / period;
  const cell = floor(at);
  const within = at - cell;
  const left = hash(seed, stream, cell);
  const right = hash(seed, stream, cell + 1);
  return (left + (right - left) * within * within * (3 - 2 * within)) / (WORD / 2) - 1;
}
