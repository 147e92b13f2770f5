import fc from 'fast-check';

/** Of everything that is drawn in specs: the same in each run. `FC_SEED` draws otherwise: another number, or `random`. */
export const SEED = process.env['FC_SEED'] === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(process.env['FC_SEED'] ?? 20_260_105);

fc.configureGlobal({ seed: SEED });
export default fc;
