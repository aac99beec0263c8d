import { componentOf } from '../control/component.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type PodLimits, Population } from '../control/population.ts';
import { simulateCronJobs } from './jobs/cron-jobs.ts';
import { removeFinishedJobs } from './jobs/finished-jobs.ts';
import { simulateJobs } from './jobs/jobs.ts';
import { simulatePods } from './pods/pods.ts';
import { type FailureRule, Rehearsal } from './pods/rehearsal.ts';
import { simulateDisruptionBudgets } from './scheduling/disruption-budgets.ts';
import { evictFromNodes } from './scheduling/node-evictions.ts';
import { furnishNodes } from './scheduling/nodes.ts';
import { simulateApiServices } from './services/api-services.ts';
import { simulateIngresses } from './services/ingresses.ts';
import { mirrorEndpoints } from './services/mirrored-endpoints.ts';
import { simulateServices } from './services/services.ts';
import { furnishStorage, simulateVolumes } from './volumes/volumes.ts';
import { simulateAutoscalers } from './workloads/autoscalers.ts';
import { simulateDaemonSets } from './workloads/daemon-sets.ts';
import { simulateDeployments } from './workloads/deployments.ts';
import { simulateReplicaSets } from './workloads/replica-sets.ts';
import { simulateStatefulSets } from './workloads/stateful-sets.ts';
import { expireEvents } from './world/recorder.ts';
import { World } from './world/world.ts';

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
  mirrorEndpoints(world);
  simulateIngresses(world.as('ingress-controller'));
  simulateAutoscalers(world.as('horizontal-pod-autoscaler'));
  simulateDisruptionBudgets(world.as('controllermanager'));
  simulateApiServices(world.as('kube-apiserver'));
  return { furnish };
}
