import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { withoutNulls } from './nulls.ts';

describe('fields that are null', () => {
  test.each<[string, string, JsonObject, JsonObject]>([
    [
      'apps',
      'Deployment',
      { spec: { replicas: null, strategy: { type: 'Recreate', rollingUpdate: null }, template: null } },
      { spec: { strategy: { type: 'Recreate' } } },
    ],
    [
      '',
      'Pod',
      {
        spec: {
          nodeSelector: { a: null },
          containers: [{ name: 'a', args: null, env: [{ name: 'A', value: null }] }],
        },
      },
      { spec: { nodeSelector: { a: '' }, containers: [{ name: 'a', env: [{ name: 'A' }] }] } },
    ],
    ['', 'ConfigMap', { data: { a: null }, binaryData: null }, { data: { a: '' } }],
    ['', 'Service', { spec: { selector: { a: null }, ports: null } }, { spec: { selector: { a: '' } } }],
    ['', 'Secret', { data: { a: null }, type: null }, { data: { a: null } }],
    [
      'apps',
      'StatefulSet',
      { spec: { selector: { matchLabels: { a: null }, matchExpressions: null } } },
      { spec: { selector: { matchLabels: { a: '' } } } },
    ],
  ])('of %s/%s are left out: %j', (group, kind, object, expected) => {
    expect(withoutNulls(object, group, kind)).toEqual(expected);
  });

  test.each([
    ['example.com', 'Thing'],
    ['snapshot.storage.k8s.io', 'VolumeSnapshot'],
    ['apiextensions.k8s.io', 'CustomResourceDefinition'],
    ['rbac.authorization.k8s.io', 'ClusterRole'],
  ])('of %s/%s stay', (group, kind) => {
    const object = { spec: { a: null } };
    expect(withoutNulls(object, group, kind)).toBe(object);
  });
});
