export { SubstitutionError } from './error.ts';
export { limits as substitutionLimits } from './limits.ts';
export { type SubstituteOptions, substitute } from './substitute.ts';
