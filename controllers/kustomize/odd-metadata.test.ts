import type { KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { lossOf, requireNames, withTextLabels } from './odd-metadata.ts';

const object = (metadata: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata }) as KubeObject;

describe('names', () => {
  test.each([123, true, ['a'], { a: 1 }])('that are %j are refused', name => {
    expect(() => requireNames([{ kind: 'ConfigMap', metadata: { name } }])).toThrow(
      `ConfigMap with metadata.name ${JSON.stringify(name)}: it must be text`,
    );
    expect(() => requireNames([{ kind: 'ConfigMap', metadata: { name: 'a', namespace: name } }])).toThrow(
      'metadata.namespace',
    );
  });

  test('that are text pass, and so does what has none', () => {
    requireNames([
      { kind: 'List', metadata: null },
      { kind: 'ConfigMap', metadata: { name: '123' } },
    ]);
  });
});

describe('labels', () => {
  test('of which one is no text are lost, as in Flux, and that is told', () => {
    const odd = object({ name: 'a', labels: { app: 'web', version: 1 } });
    expect(withTextLabels(odd)).toEqual(object({ name: 'a' }));
    expect(lossOf(odd)).toBe(
      'ConfigMap/a is applied without its labels: version is no text, so put its value in quotes',
    );
  });

  test('that are text stay', () => {
    const plain = object({ name: 'a', labels: { version: '1' } });
    expect(withTextLabels(plain)).toBe(plain);
    expect(lossOf(plain)).toBeUndefined();
  });
});
