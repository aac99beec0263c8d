import type { JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { asBefore, byEnd, byStatus } from './readiness.ts';

function objectOf(type: string, spec: JsonObject, status: JsonObject, generation = 1): KubeObject {
  const [, apiVersion = '', kind = ''] = /^(.*)\/(\w+)$/.exec(type) ?? [];
  return {
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'shop', generation },
    spec,
    status,
  } as KubeObject;
}

const condition = (type: string, status = 'True') => ({
  conditions: [{ type, status, reason: 'X', message: '' }],
});
const rolling = (maxUnavailable: number | string) => ({
  replicas: 4,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
});

describe('as Helm 3 waited', () => {
  test.each<[string, string, JsonObject, JsonObject, boolean]>([
    ['a Pod is ready by its condition', 'v1/Pod', {}, condition('Ready'), true],
    ['a Pod is not', 'v1/Pod', {}, condition('Ready', 'False'), false],
    ['a claim is bound', 'v1/PersistentVolumeClaim', {}, { phase: 'Bound' }, true],
    ['a claim is pending', 'v1/PersistentVolumeClaim', {}, { phase: 'Pending' }, false],
    ['a Service has an address', 'v1/Service', { clusterIP: '10.0.0.1' }, {}, true],
    ['a Service has none', 'v1/Service', { clusterIP: '' }, {}, false],
    ['a Service is a name', 'v1/Service', { type: 'ExternalName' }, {}, true],
    [
      'a balancer is awaited',
      'v1/Service',
      { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      { loadBalancer: {} },
      false,
    ],
    [
      'a balancer is there',
      'v1/Service',
      { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      true,
    ],
    [
      'a balancer has addresses from outside',
      'v1/Service',
      { type: 'LoadBalancer', clusterIP: '10.0.0.1', externalIPs: ['1.2.3.4'] },
      {},
      true,
    ],
    [
      'a Deployment has all',
      'apps/v1/Deployment',
      rolling(0),
      { observedGeneration: 1, replicas: 4, updatedReplicas: 4, readyReplicas: 4 },
      true,
    ],
    [
      'a Deployment lacks one',
      'apps/v1/Deployment',
      rolling(0),
      { observedGeneration: 1, replicas: 4, updatedReplicas: 4, readyReplicas: 3 },
      false,
    ],
    [
      'a Deployment may lack one',
      'apps/v1/Deployment',
      rolling(1),
      { observedGeneration: 1, replicas: 4, updatedReplicas: 4, readyReplicas: 3 },
      true,
    ],
    [
      'a Deployment may lack a quarter',
      'apps/v1/Deployment',
      rolling('25%'),
      { observedGeneration: 1, replicas: 4, updatedReplicas: 4, readyReplicas: 3 },
      true,
    ],
    [
      'a Deployment is of another spec',
      'apps/v1/Deployment',
      rolling(0),
      { observedGeneration: 0, replicas: 4, updatedReplicas: 4, readyReplicas: 4 },
      false,
    ],
    [
      'old Pods of a Deployment do not count',
      'apps/v1/Deployment',
      rolling(0),
      { observedGeneration: 1, replicas: 5, updatedReplicas: 1, readyReplicas: 5 },
      false,
    ],
    ['a Deployment rests', 'apps/v1/Deployment', { paused: true }, {}, true],
    [
      'a DaemonSet is everywhere',
      'apps/v1/DaemonSet',
      { updateStrategy: { type: 'RollingUpdate' } },
      { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 },
      true,
    ],
    [
      'a DaemonSet is not yet everywhere',
      'apps/v1/DaemonSet',
      { updateStrategy: { type: 'RollingUpdate' } },
      { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberReady: 3 },
      false,
    ],
    [
      'a DaemonSet waits to be deleted by hand',
      'apps/v1/DaemonSet',
      { updateStrategy: { type: 'OnDelete' } },
      { observedGeneration: 1 },
      true,
    ],
    [
      'a StatefulSet is of one revision',
      'apps/v1/StatefulSet',
      { replicas: 2, updateStrategy: { type: 'RollingUpdate' } },
      {
        observedGeneration: 1,
        readyReplicas: 2,
        updatedReplicas: 2,
        currentRevision: 'b',
        updateRevision: 'b',
      },
      true,
    ],
    [
      'a StatefulSet is of two revisions',
      'apps/v1/StatefulSet',
      { replicas: 2, updateStrategy: { type: 'RollingUpdate' } },
      {
        observedGeneration: 1,
        readyReplicas: 2,
        updatedReplicas: 2,
        currentRevision: 'a',
        updateRevision: 'b',
      },
      false,
    ],
    [
      'a StatefulSet is updated down to its partition',
      'apps/v1/StatefulSet',
      { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
      {
        observedGeneration: 1,
        readyReplicas: 2,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
      true,
    ],
    [
      'a definition is served',
      'apiextensions.k8s.io/v1/CustomResourceDefinition',
      {},
      condition('Established'),
      true,
    ],
    [
      'a definition has a name that is taken',
      'apiextensions.k8s.io/v1/CustomResourceDefinition',
      {},
      condition('NamesAccepted', 'False'),
      true,
    ],
    ['a definition is not served yet', 'apiextensions.k8s.io/v1/CustomResourceDefinition', {}, {}, false],
    ['anything else is there', 'example.com/v1/Widget', {}, { phase: 'Pending' }, true],
  ])('%s', (_, type, spec, status, expected) => {
    const { status: health } = asBefore(true)(objectOf(type, spec, status));
    expect(health).toBe(expected ? 'Current' : 'InProgress');
  });

  test.each<[JsonObject, JsonObject, boolean, string]>([
    [{ completions: 1 }, { succeeded: 1 }, true, 'Current'],
    [{ completions: 1 }, {}, true, 'InProgress'],
    [{ completions: 1 }, {}, false, 'Current'],
    [{ completions: 1, backoffLimit: 0 }, { failed: 1 }, true, 'Failed'],
    [{ completions: 1 }, { failed: 6 }, true, 'InProgress'],
    [{ completions: 1 }, { failed: 7 }, true, 'Failed'],
  ])('a Job of %j with %j (awaited: %s) is %s', (spec, status, jobs, expected) => {
    expect(asBefore(jobs)(objectOf('batch/v1/Job', spec, status)).status).toBe(expected);
  });

  test('what is not there is waited for', () => {
    expect(asBefore(true)(undefined).status).toBe('InProgress');
  });
});

describe('a hook has ended', () => {
  test.each<[string, JsonObject, string]>([
    ['batch/v1/Job', condition('Complete'), 'Current'],
    ['batch/v1/Job', condition('Failed'), 'Failed'],
    ['batch/v1/Job', { startTime: '2026-01-01T00:00:00Z', active: 1 }, 'InProgress'],
    ['v1/Pod', { phase: 'Succeeded' }, 'Current'],
    ['v1/Pod', { phase: 'Failed' }, 'Failed'],
    ['v1/Pod', { phase: 'Running', ...condition('Ready') }, 'InProgress'],
    ['v1/ConfigMap', {}, 'Current'],
    ['apps/v1/Deployment', {}, 'Current'],
  ])('%s with %j: %s', (type, status, expected) => {
    expect(byEnd(objectOf(type, {}, status)).status).toBe(expected);
  });
});

describe('by its status', () => {
  const running = objectOf('batch/v1/Job', {}, { startTime: '2026-01-01T00:00:00Z', active: 1 });

  test.each([
    [true, 'InProgress'],
    [false, 'Current'],
  ])('a Job that runs (and is to end: %s) is %s', (jobs, expected) => {
    expect(byStatus(jobs)(running).status).toBe(expected);
  });

  test('a Deployment that rests is not waited for', () => {
    expect(byStatus(true)(objectOf('apps/v1/Deployment', { paused: true }, {})).status).toBe('Current');
  });
});
