import { FieldSet } from '@millrace/apply';
import type { JsonObject } from '@millrace/json';
import { asKubeObject, type KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { ignoreRules } from './ignore-rules.ts';
import { conceding, mindedFields, sameButFor } from './ignored-fields.ts';
import { parsePointer } from './json-pointer.ts';

const manager = { name: 'kustomize-controller', group: 'kustomize.toolkit.fluxcd.io', overrides: [] };
const containers = (...list: JsonObject[]) => ({ template: { spec: { containers: list } } });

function deployment(
  spec: JsonObject,
  managedFields: JsonObject[] = [],
  metadata: JsonObject = {},
): KubeObject {
  return asKubeObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', ...metadata, managedFields },
    spec,
  });
}

const owns = (name: string, fieldsV1: JsonObject, operation = 'Apply') => ({
  manager: name,
  operation,
  fieldsV1,
});
const replicas = { 'f:spec': { 'f:replicas': {} } };
const resources = {
  'f:spec': {
    'f:template': {
      'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:resources': { 'f:limits': {} } } } },
    },
  },
};
const paths = (...texts: string[]) => texts.map(text => parsePointer(text)!);

describe('fields that are not minded', () => {
  test('do not count among those that are owned, items of lists by their keys', () => {
    const object = deployment(containers({ name: 'sidecar' }, { name: 'app' }));
    const fields = FieldSet.parse({ ...resources, 'f:metadata': { 'f:labels': {} } });
    const left = mindedFields(fields, object, paths('/spec/template/spec/containers/1/resources', '/spec/x'));
    expect(left.toStrings()).toEqual(['.metadata.labels']);
  });

  test.each([
    ['only they differ', { replicas: 9, paused: true }, {}, true],
    ['something else differs', { replicas: 9, paused: false }, {}, false],
    ['a label differs', { replicas: 3, paused: true }, { labels: { a: 'b' } }, false],
    ['only bookkeeping differs', { replicas: 3, paused: true }, { generation: 7 }, true],
  ])('are no difference: %s', (_, spec, metadata, same) => {
    const tried = deployment({ replicas: 3, paused: true });
    expect(sameButFor(paths('/spec/replicas'), deployment(spec, [], metadata), tried)).toBe(same);
  });

  describe('when something else is applied', () => {
    const sent = (live: KubeObject, wanted: JsonObject, ...texts: string[]) =>
      conceding(deployment(wanted), paths(...texts), live, deployment(wanted), manager).spec;

    test('are left to another who has applied them', () => {
      const live = deployment({ replicas: 9 }, [owns('autoscaler', replicas)]);
      expect(sent(live, { replicas: 3, paused: true }, '/spec/replicas')).toEqual({ paused: true });
    });

    test('stay in it while they do not differ', () => {
      const live = deployment({ replicas: 3 }, [owns('autoscaler', replicas)]);
      expect(sent(live, { replicas: 3 }, '/spec/replicas')).toEqual({ replicas: 3 });
    });

    test.each([
      ['nobody', []],
      ['one who has updated them', [owns('autoscaler', replicas, 'Update')]],
      ['one who is undone', [owns('kubectl', replicas)]],
      ['ourselves', [owns(manager.name, replicas)]],
      ['one who has applied something else', [owns('autoscaler', { 'f:spec': { 'f:paused': {} } })]],
    ])('keep their value where they belong to %s', (_, managers) => {
      expect(sent(deployment({ replicas: 9 }, managers), { replicas: 3 }, '/spec/replicas')).toEqual({
        replicas: 9,
      });
    });

    test('are gone where they are gone in the cluster', () => {
      expect(sent(deployment({}), { replicas: 3 }, '/spec/replicas')).toEqual({});
    });

    test('may be inside of an item of a list', () => {
      const path = '/spec/template/spec/containers/0/resources';
      const wanted = containers({ name: 'app', resources: { limits: { cpu: '1' } } });
      const live = containers({ name: 'app', resources: { limits: { cpu: '2' } } });
      expect(sent(deployment(live, [owns('vpa', resources)]), wanted, path)).toEqual(
        containers({ name: 'app' }),
      );
      expect(sent(deployment(live, [owns('vpa', resources, 'Update')]), wanted, path)).toEqual(live);
    });
  });
});

describe('rules', () => {
  const pathsFor = (target: Parameters<typeof ignoreRules>[0][number]['target']) =>
    ignoreRules([{ paths: ['/spec/replicas', 'no pointer'], ...(target ? { target } : {}) }]).pathsIn(
      deployment({}, [], { labels: { tier: 'web' }, annotations: { team: 'a' } }),
    ).length;

  test.each([
    [undefined, 1],
    [{}, 1],
    [{ kind: 'Deployment' }, 1],
    [{ kind: 'Deploy' }, 0],
    [{ kind: 'Deploy.*' }, 1],
    [{ kind: 'StatefulSet|Deployment' }, 1],
    [{ group: 'apps', version: 'v1', name: 'w.b', namespace: 'shop' }, 1],
    [{ namespace: 'sho' }, 0],
    [{ labelSelector: 'tier in (web,api)', annotationSelector: 'team=a' }, 1],
    [{ labelSelector: '!tier' }, 0],
    [{ annotationSelector: 'team!=a' }, 0],
  ])('for %j are for %i paths', (target, count) => {
    expect(pathsFor(target)).toBe(count);
  });

  test('of more than a thousand paths are none', () => {
    const paths = Array.from({ length: 1001 }, (_, i) => `/spec/${i}`);
    expect(() => ignoreRules([{ paths }])).toThrow('spec.ignore has 1001 paths, more than 1000');
  });

  test.each([{ kind: '(' }, { labelSelector: 'a in (b' }])('with the target %j are none', target => {
    expect(() => pathsFor(target)).toThrow(
      /^failed to create ignore rule selector: spec\.ignore\[0\]\.target: /,
    );
  });
});
