export { type SubstituteOptions, SubstitutionError, substitute } from './substitute.ts';
