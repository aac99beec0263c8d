import type { User } from '../http/authenticate.ts';

/** A part of the control plane as the API knows it. */
export interface Component {
  /** As the source of events: `replicaset-controller`. */
  readonly name: string;
  /** The program it belongs to, under which managedFields keep what it set. */
  readonly manager: string;
  /** As whom it writes, which is what admission sees. */
  readonly user: User;
}

const controllerManager = 'kube-controller-manager';

/** Controllers whose service account is not called as their events are. */
const accounts: Readonly<Record<string, string>> = {
  controllermanager: 'disruption-controller',
  'daemonset-controller': 'daemon-set-controller',
  ephemeral_volume: 'ephemeral-volume-controller',
  'garbage-collector-controller': 'generic-garbage-collector',
  'endpoint-slice-controller': 'endpointslice-controller',
  'persistentvolume-controller': 'persistent-volume-binder',
};

/** The parts that are programs of their own. */
const programs: Readonly<Record<string, Component>> = {
  'default-scheduler': {
    name: 'default-scheduler',
    manager: 'kube-scheduler',
    user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
  },
  'kube-apiserver': {
    name: 'kube-apiserver',
    manager: 'kube-apiserver',
    user: { name: 'system:apiserver', groups: ['system:authenticated', 'system:masters'] },
  },
  [controllerManager]: {
    name: controllerManager,
    manager: controllerManager,
    user: { name: 'system:kube-controller-manager', groups: ['system:authenticated'] },
  },
};

/**
 * A component by the name under which it tells events. Each controller of kube-controller-manager has a service account
 * of its own, as with its `--use-service-account-credentials`.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles
 */
export function componentOf(name: string): Component {
  const program = programs[name];
  if (program) return program;
  const namespace = 'kube-system';
  return {
    name,
    manager: controllerManager,
    user: {
      name: `system:serviceaccount:${namespace}:${accounts[name] ?? name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    },
  };
}

/** The kubelet of a node. https://kubernetes.io/docs/reference/access-authn-authz/node/ */
export function kubeletOf(node: string): Component {
  return {
    name: 'kubelet',
    manager: 'kubelet',
    user: { name: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
  };
}
