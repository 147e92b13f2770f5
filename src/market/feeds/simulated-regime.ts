// local names: in the tests' sandbox each access to a global is slow
const { abs, min, sin } = Math;

export const REGIMES = ['trend_up', 'trend_down', 'range', 'crash', 'gap'] as const;
export type Regime = (typeof REGIMES)[number];

/** Two hours of one symbol: where the log price starts, how far it gets, and in which manner. */
export interface Block {
  readonly index: number;
  /** Log price at its beginning. */
  readonly from: number;
  /** Log price at its end, less `from`. */
  readonly displacement: number;
  readonly regime: Regime;
  /** Share of the block at which the crash or gap happens, 0.35 to 0.65. */
  readonly moment: number;
  /** Waves within the block: a whole number, so that they vanish at both ends. */
  readonly waves: number;
  /** Height of the waves in log price. */
  readonly swing: number;
}

export const BLOCK_MS = 2 * 3_600_000;
const TAU = 2 * Math.PI;

/** A crash takes five minutes of the block. */
const FALL = 300_000 / BLOCK_MS;
/** It falls to this multiple of the block's displacement, and recovers to 1. */
const TROUGH = 1.5;
/** What of the displacement is done before a crash or gap, and what the gap itself jumps. */
const BEFORE = 0.1;
const JUMP = 0.85;

/** `z`: the displacement in standard deviations; `draw`: uniform. Small ones range, large ones trend, crash or gap. */
export function regimeOf(z: number, draw: number): Regime {
  if (z < -0.8 && draw < 0.35) return 'crash';
  if (abs(z) > 0.5 && draw >= 0.35 && draw < 0.47) return 'gap';
  if (abs(z) < 0.6) return 'range';
  return z > 0 ? 'trend_up' : 'trend_down';
}

const ease = (x: number): number => 1 - (1 - x) * (1 - x);

/** Log price at `u` (0 to 1) of the block, less `from`; 0 at 0 and the displacement at 1. */
export function course({ regime, displacement, moment, waves, swing }: Block, u: number): number {
  switch (regime) {
    case 'trend_up':
    case 'trend_down':
    case 'range':
      return displacement * u + swing * sin(TAU * waves * u);
    case 'crash':
      if (u < moment) return (displacement * BEFORE * u) / moment;
      if (u < moment + FALL) return displacement * (BEFORE + ((TROUGH - BEFORE) * (u - moment)) / FALL);
      return displacement * (TROUGH - (TROUGH - 1) * ease((u - moment - FALL) / (1 - moment - FALL)));
    case 'gap':
      if (u < moment) return (displacement * BEFORE * u) / moment;
      return displacement * (BEFORE + JUMP + ((1 - BEFORE - JUMP) * (u - moment)) / (1 - moment));
  }
}

/** After the moment: full, then halved every ten minutes. */
const burst = (u: number, moment: number): number => (u < moment ? 0 : 2 ** (((moment - u) * BLOCK_MS) / 600_000));

/** How lively it is at `u`: noise and volume grow with it. About 0.6 to 5, and 0.8 at both ends. */
export function activity({ regime, moment }: Block, u: number): number {
  const edge = min(1, 8 * u, 8 * (1 - u));
  switch (regime) {
    case 'trend_up':
    case 'trend_down':
      return 0.8 - 0.2 * edge;
    case 'range':
      return 0.8;
    case 'crash':
      return 0.8 + edge * (u >= moment && u < moment + FALL ? 4 : 2.5 * burst(u, moment + FALL));
    case 'gap':
      return 0.8 + edge * 2 * burst(u, moment);
  }
}
