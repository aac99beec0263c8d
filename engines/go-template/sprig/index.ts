export type { RandomBytes, SprigOptions } from './options.ts';
export { sprigFunctions } from './sprig-functions.ts';
export { weigh } from './weigh.ts';
