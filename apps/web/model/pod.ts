import type { State } from './row.ts';

/** A Pod of a workload, as the page shows it. */
export interface Pod {
  namespace: string;
  name: string;
  uid: string;
  /** As in the STATUS column of `kubectl get pods`: `Running`, `Init:0/1`, `CrashLoopBackOff`. */
  status: string;
  /** Why, where the cluster says more than a word. */
  message: string;
  state: State;
  /** Containers that are ready, of how many. */
  ready: number;
  of: number;
  restarts: number;
  /** When a container ended last before it was started again; RFC 3339, or empty. */
  lastRestart: string;
  node: string;
  created: string;
  /** In the order in which they start. */
  containers: Container[];
}

export interface Container {
  name: string;
  role: 'init' | 'sidecar' | 'main' | 'ephemeral';
  /** As the Pod asks for it. */
  image: string;
  /** The digest of what runs; empty where the node has not said. */
  digest: string;
  /** `Running`, or why it does not. */
  status: string;
  message: string;
  ready: boolean;
  restarts: number;
  /** What the container that runs or ran last was started as; logs end and begin with it. Empty before the first. */
  run: string;
  /** How it ended the time before. */
  before?: Ending;
}

export interface Ending {
  exitCode: number;
  /** 0 for none. */
  signal: number;
  reason: string;
  message: string;
  at: string;
}
