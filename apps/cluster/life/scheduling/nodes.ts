import type { JsonObject } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { kubeletOf } from '../../control/component.ts';
import type { World } from '../world/world.ts';

/** The names of the nodes: `millrace`, and with more of them `millrace-2` and so on. */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'millrace' : `millrace-${i + 1}`));
}

/** Where a node is reached; of nodes that users made, what they report. */
export function nodeAddress(world: World, name: string): string {
  const addresses = objectsAt(world.get('/nodes', '', name), 'status', 'addresses');
  return (
    textAt(
      addresses.find(({ type }) => type === 'InternalIP'),
      'address',
    ) || controlPlaneAddress
  );
}

function addressOf(index: number): string {
  return `192.168.49.${index + 2}`;
}

/** Where the first node is, which is the control plane. */
export const controlPlaneAddress = addressOf(0);

/**
 * Nodes with room for more than anybody rehearses; who wants less changes what they declare. The first one is the
 * control plane, without a taint.
 */
export function furnishNodes(world: World, count: number): void {
  const now = world.api.now();
  const renewTime = now.toISOString().replace('Z', '000Z');
  nodeNames(count).forEach((name, i) => {
    const kubelet = world.as(kubeletOf(name));
    if (!world.get('/nodes', '', name)) kubelet.create('/nodes', nodeOf(name, i));
    const node = world.get('/nodes', '', name);
    if (node) kubelet.report('/nodes', node, statusOf(node, addressOf(i), timestamp(now)));
    if (!world.get('coordination.k8s.io/leases', 'kube-node-lease', name))
      kubelet.create('coordination.k8s.io/leases', {
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      });
  });
}

/** A node says once that it is alive: more would fill the history of the cluster with nothing. */
function beating(node: JsonObject, conditions: readonly Condition[], now: string): JsonObject[] {
  const all = withConditions(node, conditions, now) as JsonObject[];
  return all.map(condition => ({ ...condition, lastHeartbeatTime: now }));
}

function nodeOf(name: string, index: number): JsonObject {
  const podCIDR = `10.244.${index}.0/24`;
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': 'simulated',
        'topology.kubernetes.io/zone': `simulated-${'abc'[index % 3]}`,
        ...(index === 0 && { 'node-role.kubernetes.io/control-plane': '' }),
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
  };
}

function statusOf(node: JsonObject, address: string, now: string): JsonObject {
  const ample = { cpu: '4096', memory: '64Ti', 'ephemeral-storage': '64Ti', pods: '10000' };
  const fine = (type: string, reason: string, message: string) => ({
    type,
    status: 'False' as const,
    reason,
    message,
  });
  const declared = (field: string) => ({ ...ample, ...objectAt(node, 'status', field) });
  return {
    capacity: declared('capacity'),
    allocatable: declared('allocatable'),
    conditions: beating(
      node,
      [
        fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
      ],
      now,
    ),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: textAt(node, 'metadata', 'name') },
    ],
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'millrace://simulated',
      kernelVersion: '',
      kubeProxyVersion: '',
      kubeletVersion: `${kubernetes.version.startsWith('v') ? '' : 'v'}${kubernetes.version}`,
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'Millrace (simulated)',
      systemUUID: '',
    },
  };
}
