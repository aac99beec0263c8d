import { componentOf } from '../control/component.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type PodLimits, Population } from '../control/population.ts';
import { simulateApiServices } from './api-services.ts';
import { simulateAutoscalers } from './autoscalers.ts';
import { simulateCronJobs } from './cron-jobs.ts';
import { simulateDaemonSets } from './daemon-sets.ts';
import { simulateDeployments } from './deployments.ts';
import { simulateDisruptionBudgets } from './disruption-budgets.ts';
import { removeFinishedJobs } from './finished-jobs.ts';
import { simulateIngresses } from './ingresses.ts';
import { simulateJobs } from './jobs.ts';
import { evictFromNodes } from './node-evictions.ts';
import { furnishNodes } from './nodes.ts';
import { simulatePods } from './pods.ts';
import { expireEvents } from './recorder.ts';
import { type FailureRule, Rehearsal } from './rehearsal.ts';
import { simulateReplicaSets } from './replica-sets.ts';
import { simulateServices } from './services.ts';
import { simulateStatefulSets } from './stateful-sets.ts';
import { furnishStorage, simulateVolumes } from './volumes.ts';
import { World } from './world.ts';

/** How the simulated part of a cluster is to be. */
export interface Simulation {
  /** How many nodes there are (default 1). */
  readonly nodes?: number;
  /** Pods that are to fail; see also the annotations and the ConfigMap in the README. */
  readonly failures?: readonly FailureRule[];
  /** How many Pods controllers make, at most; what is beyond is told as what a quota refuses. */
  readonly pods?: PodLimits;
}

export interface Life {
  /** Make what a living cluster has from the start, where it is missing: nodes and a storage class. */
  furnish(): void;
}

/** Let the cluster live: every simulation, each under the name of what it stands for. Throws BadFailureRule. */
export function simulate(
  plane: ControlPlane,
  { nodes = 1, failures = [], pods = {} }: Simulation = {},
): Life {
  plane.population = new Population(plane.api.store, pods);
  const world = new World(plane, componentOf('kube-controller-manager'));
  const rehearsal = new Rehearsal(world, failures);
  expireEvents(world);
  const furnish = () => {
    furnishNodes(world, nodes);
    furnishStorage(world);
  };
  furnish();
  simulatePods(world, rehearsal);
  evictFromNodes(world);
  simulateReplicaSets(world);
  simulateDeployments(world);
  simulateStatefulSets(world);
  simulateDaemonSets(world);
  simulateJobs(world);
  simulateCronJobs(world);
  removeFinishedJobs(world);
  simulateVolumes(world);
  simulateServices(world);
  simulateIngresses(world.as('ingress-controller'));
  simulateAutoscalers(world.as('horizontal-pod-autoscaler'));
  simulateDisruptionBudgets(world.as('controllermanager'));
  simulateApiServices(world.as('kube-apiserver'));
  return { furnish };
}
