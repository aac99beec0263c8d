import type { ControllerOptions, Environment } from '@millrace/controller';
import type { FeatureGates } from './feature-gates.ts';
import { type CommonFlags, commonFlags, type FlagSet, type ValuesOf, valuesOf } from './flags/index.ts';

/** What is running, until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** What a controller starts with. */
export interface ProgramContext<S extends FlagSet, Gates extends string> {
  environment: Environment;
  /** What the flags that all controllers have come to, for `startController`. */
  settings: ControllerOptions;
  flags: ValuesOf<CommonFlags> & ValuesOf<S>;
  gates: FeatureGates<Gates>;
  /** As a Pod, where Flux's addresses are expected. */
  inCluster: boolean;
  /** No other controller is in the process. */
  alone: boolean;
}

/** One of Flux's controllers, as a part of a process: what it has beside what all have, and how it starts. */
export interface Program<S extends FlagSet = FlagSet, Gates extends string = string> {
  /** `kustomize-controller`. */
  name: string;
  flags: S;
  /** Its feature gates, as they are when nobody says otherwise. */
  gates: FeatureGates<Gates>;
  /** Whether it runs in every replica, and starts without waiting for the lead. */
  everywhere?: boolean;
  /** Milliseconds that its end may take; 8 s where it does not say: most Pods of Flux are killed after ten. */
  grace?(flags: ValuesOf<S>): number;
  start(context: ProgramContext<S, Gates>): Promise<Running>;
}

/** Start a controller by itself, in a process that has a life of its own: with defaults, but for what is given. @param opened gates */
export function startProgram(
  program: Program,
  environment: Environment,
  given: (name: string) => string | string[] | undefined,
  opened: string[] = [],
): Promise<Running> {
  const flags = { ...valuesOf(commonFlags, given), ...valuesOf<FlagSet>(program.flags, given) };
  const gates = Object.entries(program.gates).map(([name, isOpen]) => [
    name,
    isOpen || opened.includes(name),
  ]);
  return program.start({
    environment,
    settings: {},
    flags,
    gates: Object.fromEntries(gates),
    inCluster: false,
    alone: false,
  });
}
