import type { Json } from '@millrace/json';
import { checkStructural } from '@millrace/schema';
import { describe, expect, test } from 'vitest';
import {
  customResourceDefinition,
  gitRepository,
  InvalidResourceError,
  kinds,
  kustomization,
  parseResource,
} from './index.ts';

interface Crd {
  versions: { name: string; storage: boolean; schema: { openAPIV3Schema: Json } }[];
}

describe('the kinds', () => {
  test.each(kinds)('the definition of $kind is structural in every version', kind => {
    const { versions } = customResourceDefinition(kind).spec as Crd;
    for (const { schema } of versions)
      expect(checkStructural(schema.openAPIV3Schema as never, 'schema')).toEqual([]);
    expect(versions.filter(({ storage }) => storage).map(({ name }) => name)).toEqual([kind.version]);
  });

  test('older versions take what they had, the newest does not', () => {
    const { versions } = customResourceDefinition(kustomization).spec as Crd;
    const taken = versions
      .filter(({ schema }) => JSON.stringify(schema).includes('"validation"'))
      .map(({ name }) => name);
    expect(taken).toEqual(['v1beta2', 'v1beta1']);
  });

  test('defaults are filled in', () => {
    const repo = parseResource(gitRepository, {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'a' },
      spec: { url: 'https://example.com/a', interval: '1m' },
    });
    expect(repo.spec.timeout).toBe('60s');
  });

  test('every wrong field is named', () => {
    const broken = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'a' },
      spec: { interval: 'often', prune: 'yes', sourceRef: { kind: 'Svn', name: 'a' } },
    };
    expect(() => parseResource(kustomization, broken)).toThrow(InvalidResourceError);
    for (const field of ['spec.interval', 'spec.prune', 'spec.sourceRef.kind']) {
      expect(() => parseResource(kustomization, broken)).toThrow(field);
    }
  });
});
