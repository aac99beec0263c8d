import type { JsonObject } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import { timestamp } from '../api/api.ts';
import { withConditions } from '../api/conditions.ts';
import type { World } from './world.ts';

export const nodeName = 'millrace';
export const nodeAddress = '192.168.49.2';

/** One node that has room for everything. */
export function simulateNodes(world: World): void {
  const kubelet = world.as('kubelet');
  if (!world.get('/nodes', '', nodeName)) {
    kubelet.create('/nodes', {
      metadata: {
        name: nodeName,
        labels: {
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/control-plane': '',
        },
      },
      spec: { podCIDR: '10.244.0.0/16', podCIDRs: ['10.244.0.0/16'] },
    });
  }
  const node = world.get('/nodes', '', nodeName);
  if (node) kubelet.report('/nodes', node, statusOf(node, timestamp(world.api.now())));
  kubelet.create('coordination.k8s.io/leases', {
    metadata: { name: nodeName, namespace: 'kube-node-lease' },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: 40 },
  });
}

function statusOf(node: JsonObject, now: string): JsonObject {
  const capacity = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '10000' };
  const fine = (type: string, reason: string, message: string) => ({
    type,
    status: 'False' as const,
    reason,
    message,
  });
  return {
    capacity,
    allocatable: capacity,
    conditions: withConditions(
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
      { type: 'InternalIP', address: nodeAddress },
      { type: 'Hostname', address: nodeName },
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
