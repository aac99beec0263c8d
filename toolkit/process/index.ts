export { eventsListener } from './events-address.ts';
export { type FeatureGates, readFeatureGates } from './feature-gates.ts';
export * from './flags/index.ts';
export { acquireLease, type HeldLease, type LeaseOptions } from './lease.ts';
export { type Program, type ProgramContext, type Running, startProgram } from './program.ts';
export { type RunOptions, runPrograms } from './run.ts';
export { type Address, addressOf, type Served, serveHealth, serveMetrics } from './servers.ts';
