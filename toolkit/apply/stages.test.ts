import type { KubeObject } from '@millrace/kube';
import { expect, test } from 'vitest';
import { type Stage, stagesOf } from './stages.ts';

const object = (apiVersion: string, kind: string, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
});

const shown = (stages: Stage[]) =>
  stages.map(stage => stage.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));

test('definitions come first, classes next, then the rest in the order of what needs what', () => {
  const objects = [
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    object('example.com/v1', 'Thing'),
    object('apps/v1', 'Deployment', 'b'),
    object('apps/v1', 'Deployment', 'a'),
    object('storage.k8s.io/v1', 'StorageClass'),
    object('v1', 'Secret'),
    object('v1', 'Namespace'),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole'),
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  ];
  expect(shown(stagesOf(objects))).toEqual([
    ['CustomResourceDefinition/x', 'Namespace/x', 'ClusterRole/x'],
    ['StorageClass/x'],
    ['Secret/x', 'Deployment/a', 'Deployment/b', 'Thing/x', 'ValidatingWebhookConfiguration/x'],
  ]);
});

test('a Namespace of another group defines nothing', () => {
  expect(stagesOf([object('example.com/v1', 'Namespace'), object('v1', 'Secret')])).toHaveLength(1);
});

test('kinds that somebody wants to go before others follow classes, and are not waited for', () => {
  const objects = [
    object('v1', 'ConfigMap'),
    object('rbac.authorization.k8s.io/v1', 'Role'),
    object('example.com/v1', 'ConfigMap'),
    object('storage.k8s.io/v1', 'StorageClass'),
  ];
  const stages = stagesOf(objects, new Set(['rbac.authorization.k8s.io/Role', '/ConfigMap']));
  expect(shown(stages)).toEqual([['StorageClass/x'], ['Role/x', 'ConfigMap/x'], ['ConfigMap/x']]);
  expect(stages.map(({ isAwaited }) => isAwaited)).toEqual([true, false, false]);
});
