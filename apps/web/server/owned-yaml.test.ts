import type { JsonObject } from '@millrace/json';
import { asKubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnedYaml } from '../model/owned-yaml.ts';
import { ownedYaml } from './owned-yaml.ts';

const object = (more: JsonObject, fields: [manager: string, fieldsV1: JsonObject][] = []) =>
  asKubeObject({
    apiVersion: 'v1',
    kind: 'Thing',
    ...more,
    metadata: {
      name: 'a',
      ...(more.metadata as JsonObject),
      managedFields: fields.map(([manager, fieldsV1]) => ({ manager, operation: 'Apply', fieldsV1 })),
    },
  });
const textOf = ({ runs }: OwnedYaml) => `${runs.flatMap(({ lines }) => lines).join('\n')}\n`;
const ownersOf = ({ runs, managers }: OwnedYaml) =>
  Object.fromEntries(
    runs.flatMap(({ lines, owners }) =>
      lines.map(line => [line.trim(), owners.map(i => managers[i]!.name).join(' ')]),
    ),
  );

test('the lines are those of the YAML', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), spec => {
      const plain = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, spec: spec as JsonObject };
      expect(textOf(ownedYaml(asKubeObject(plain)))).toBe(stringify(plain));
    }),
  );
});

describe('a line', () => {
  const ports: JsonObject[] = [
    { port: 80, protocol: 'TCP', name: 'web' },
    { port: 53, protocol: 'UDP' },
  ];
  const spec = { replicas: 3, ports, args: ['x', 'y'], set: ['p', 'q'], template: { a: 1 }, free: 1 };
  const found = ownersOf(
    ownedYaml(
      object({ spec, metadata: { labels: { app: 'x', team: 'y' } } }, [
        [
          'flux',
          {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:replicas': {},
              'f:args': {},
              'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } },
            },
          },
        ],
        [
          'hpa',
          {
            'f:spec': {
              'f:replicas': {},
              'f:template': {},
              'f:set': { 'v:"q"': {} },
              'f:ports': { 'k:{"port":53,"protocol":"UDP"}': { 'f:protocol': {} } },
            },
          },
        ],
        ['odd', { 'k:broken': {} }],
      ]),
    ),
  );
  test.each([
    ['replicas: 3', 'flux hpa'],
    ['app: x', 'flux'],
    ['team: "y"', ''],
    ['- name: web', 'flux'],
    ['protocol: TCP', ''],
    ['protocol: UDP', 'hpa'],
    ['- x', 'flux'],
    ['- p', ''],
    ['- q', 'hpa'],
    ['a: 1', 'hpa'],
    ['free: 1', ''],
  ])('%s is owned by "%s"', (line, owners) => {
    expect(found[line]).toBe(owners);
  });
});

test('what a Secret holds is masked, and what kubectl has noted down of it is left out', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"c2VjcmV0"}' };
  const secret = object({
    kind: 'Secret',
    data: { password: 'c2VjcmV0' },
    stringData: { token: 'secret' },
    metadata: { annotations },
  });
  const text = textOf(ownedYaml(secret));
  expect(text).toContain("password: '*****'");
  expect(text).not.toMatch(/c2VjcmV0|token: secret|last-applied/);
});

test('a deep object and a long one come to an end', () => {
  let deep: JsonObject = { end: true };
  for (let i = 0; i < 2000; i++) deep = { a: deep };
  expect(textOf(ownedYaml(object({ spec: deep })))).toContain('"end":true');
  const list = Array.from({ length: 50_000 }, (_, i) => ({ name: `n${i}` }));
  const fields = Object.fromEntries(list.map(({ name }) => [`k:{"name":"${name}"}`, { 'f:name': {} }]));
  const long = ownedYaml(object({ spec: { list } }, [['m', { 'f:spec': { 'f:list': fields } }]]));
  expect(long.left).toBeGreaterThan(30_000);
});
