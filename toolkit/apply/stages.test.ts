import type { KubeObject } from '@millrace/kube';
import { expect, test } from 'vitest';
import { stagesOf } from './stages.ts';

const object = (apiVersion: string, kind: string, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
});

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
  const shown = stagesOf(objects).map(stage => stage.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  expect(shown).toEqual([
    ['CustomResourceDefinition/x', 'Namespace/x', 'ClusterRole/x'],
    ['StorageClass/x'],
    ['Secret/x', 'Deployment/a', 'Deployment/b', 'Thing/x', 'ValidatingWebhookConfiguration/x'],
  ]);
});

test('a Namespace of another group defines nothing', () => {
  expect(stagesOf([object('example.com/v1', 'Namespace'), object('v1', 'Secret')])).toHaveLength(1);
});
