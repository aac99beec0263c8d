export { type CommonFlags, commonFlags } from './common-flags.ts';
export { type FeatureGates, readFeatureGates } from './feature-gates.ts';
export {
  boolean,
  choice,
  duration,
  type Flag,
  FlagError,
  type FlagSet,
  list,
  number,
  text,
  type ValuesOf,
  valuesOf,
} from './flags.ts';
export { acquireLease, type HeldLease, type LeaseOptions } from './lease.ts';
export type { Program, ProgramContext, Running } from './program.ts';
export { type RunOptions, runPrograms } from './run.ts';
export { type Address, addressOf, type Served, serveHealth, serveMetrics } from './servers.ts';
