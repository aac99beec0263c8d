import fc from 'fast-check';

/**
 * The suite tries the same random cases at every run, so that it says the same of the same commit. `npm run fuzz`
 * tries new ones each time; a failure names its seed, which `FAST_CHECK_SEED` repeats.
 */
const fuzz = process.env.FUZZ === '1';
const seed = Number(process.env.FAST_CHECK_SEED ?? (fuzz ? Date.now() % 2 ** 31 : 20_261_122));

fc.configureGlobal({ seed, ...(fuzz && { numRuns: 2000 }) });
