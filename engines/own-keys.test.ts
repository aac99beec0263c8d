import {
  compare,
  diff,
  extract,
  jsonPatch,
  merge,
  mergePatch,
  remove,
  serverSideApply,
  strategicMergePatch,
  toFieldSet,
  updateManagedFields,
} from '@millrace/apply';
import {
  compile,
  createEnvironment,
  fromJson,
  kubernetesLibraries,
  types,
  withVariables,
} from '@millrace/cel';
import { substitute } from '@millrace/envsubst';
import { coalesceValues, loadChartFolder, mergeValues, renderChart } from '@millrace/helm';
import { clone, equal, get, type Json, type JsonObject, put, putAll } from '@millrace/json';
import { build } from '@millrace/kustomize';
import { applyDefaults, fromStructural, kubernetes, prune, validate } from '@millrace/schema';
import { parseAll, parseNodes, stringify } from '@millrace/yaml';
import { afterEach, describe, expect, test } from 'vitest';

/** Keys that every object of JavaScript has by inheritance. */
const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

const object = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const configMap = (data: string) =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":${data}}`;
const configMapSchema = kubernetes.definition('io.k8s.api.core.v1.ConfigMap');
const openMap = fromStructural({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
    },
  },
});
const closedMap = fromStructural({
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
});
const time = '2026-01-01T00:00:00Z';

const kustomize = (files: Record<string, string>) => build({ files, path: '' }).objects[0];
const resource = configMap('{"x":"v"}');

/** What goes in with the key, and what must come out: texts of JSON, since a key of these is easily lost in between. */
const entryPoints: readonly (readonly [
  name: string,
  run: (key: string) => unknown,
  wanted: (key: string) => string,
])[] = [
  ['json: clone', key => clone(object(`{"${key}":{"a":1}}`)), key => `{"${key}":{"a":1}}`],
  ['json: equal', key => equal(object(`{"${key}":1}`), {}), () => 'false'],
  ['json: get', key => [get({}, key) ?? null, get(object(`{"${key}":1}`), key)!], () => '[null,1]'],
  [
    'json: put',
    key => {
      const one = {};
      put(one, key, 1);
      putAll(one, object(`{"${key}":2,"b":3}`));
      return one;
    },
    key => `{"${key}":2,"b":3}`,
  ],
  ['yaml: a block map', key => parseAll(`${key}: {a: 1}\nb: 2\n`)[0], key => `{"${key}":{"a":1},"b":2}`],
  ['yaml: JSON', key => parseAll(`{"${key}":{"a":1},"b":2}`)[0], key => `{"${key}":{"a":1},"b":2}`],
  [
    'yaml: an alias',
    key => parseAll(`x: &a {${key}: 1}\nz: *a\n`)[0],
    key => `{"x":{"${key}":1},"z":{"${key}":1}}`,
  ],
  [
    'yaml: a merge key',
    key => parseAll(`x: &a {${key}: 1}\nz:\n  <<: *a\n  b: 2\n`)[0],
    key => `{"x":{"${key}":1},"z":{"b":2,"${key}":1}}`,
  ],
  [
    'yaml: a merge where the last counts',
    key => parseAll(`x: &a {${key}: 1}\nz:\n  <<: *a\n`, { duplicates: 'last' })[0],
    key => `{"x":{"${key}":1},"z":{"${key}":1}}`,
  ],
  [
    'yaml: a key given twice',
    key => parseAll(`${key}: 1\n${key}: 2\n`, { duplicates: 'last' })[0],
    key => `{"${key}":2}`,
  ],
  [
    'yaml: nodes',
    key => {
      const { root } = parseNodes(`${key}: {a: 1}\nb: 2\n`).documents[0]!;
      return root.kind === 'map' ? root.entries.map(entry => entry.key) : [];
    },
    key => `["${key}","b"]`,
  ],
  ['yaml: writing', key => parseAll(stringify(object(`{"${key}":{"a":1}}`)))[0], key => `{"${key}":{"a":1}}`],
  [
    'merge patch',
    key => mergePatch({ a: 1 }, object(`{"${key}":{"b":2}}`)),
    key => `{"a":1,"${key}":{"b":2}}`,
  ],
  [
    'merge patch that removes',
    key => mergePatch(object(`{"${key}":1}`), object(`{"${key}":null}`)),
    () => '{}',
  ],
  [
    'JSON patch',
    key => jsonPatch({}, [{ op: 'add', path: `/${key}`, value: { a: 1 } }] as never),
    key => `{"${key}":{"a":1}}`,
  ],
  [
    'JSON patch on the way',
    key => {
      try {
        return jsonPatch({}, [{ op: 'add', path: `/${key}/polluted`, value: 1 }] as never);
      } catch {
        return 'refused';
      }
    },
    () => '"refused"',
  ],
  [
    'JSON patch that tests',
    key => {
      try {
        return jsonPatch({}, [{ op: 'test', path: `/${key}`, value: {} }] as never);
      } catch {
        return 'refused';
      }
    },
    () => '"refused"',
  ],
  [
    'strategic patch',
    key =>
      strategicMergePatch(object(configMap('{}')), object(`{"data":{"${key}":"1"}}`), configMapSchema).data,
    key => `{"${key}":"1"}`,
  ],
  [
    'strategic patch: $setElementOrder',
    key => {
      try {
        return strategicMergePatch({ a: 1 }, object(`{"$setElementOrder/${key}":["a"]}`), configMapSchema);
      } catch (error) {
        return (error as Error).name;
      }
    },
    () => '"BadStrategicPatch"',
  ],
  [
    'strategic patch: $deleteFromPrimitiveList',
    key => {
      try {
        return strategicMergePatch(
          { a: 1 },
          object(`{"$deleteFromPrimitiveList/${key}":["a"]}`),
          configMapSchema,
        );
      } catch (error) {
        return (error as Error).name;
      }
    },
    () => '{"a":1}',
  ],
  [
    'strategic patch: $retainKeys',
    key =>
      strategicMergePatch(
        object(configMap(`{"${key}":"1","b":"2"}`)),
        object(`{"data":{"$retainKeys":["${key}"],"${key}":"3"}}`),
        configMapSchema,
      ).data,
    key => `{"${key}":"3"}`,
  ],
  [
    'server-side apply',
    key =>
      serverSideApply({
        live: undefined,
        config: object(configMap(`{"${key}":"1"}`)),
        manager: 'a',
        force: false,
        schema: configMapSchema,
        apiVersion: 'v1',
        time,
      }).data,
    key => `{"${key}":"1"}`,
  ],
  [
    'server-side apply over another',
    key => {
      const first = serverSideApply({
        live: undefined,
        config: object(configMap(`{"${key}":"1","b":"2"}`)),
        manager: 'a',
        force: false,
        schema: configMapSchema,
        apiVersion: 'v1',
        time,
      });
      return serverSideApply({
        live: first,
        config: object(configMap('{"b":"2"}')),
        manager: 'a',
        force: false,
        schema: configMapSchema,
        apiVersion: 'v1',
        time,
      }).data;
    },
    () => '{"b":"2"}',
  ],
  [
    'update of managedFields',
    key =>
      updateManagedFields({
        live: object(configMap('{}')),
        updated: object(configMap(`{"${key}":"1"}`)),
        manager: 'a',
        schema: configMapSchema,
        apiVersion: 'v1',
        time,
      }).data,
    key => `{"${key}":"1"}`,
  ],
  [
    'merge of a configuration',
    key =>
      (merge(object(configMap('{}')), object(configMap(`{"${key}":"1"}`)), configMapSchema) as JsonObject)
        .data,
    key => `{"${key}":"1"}`,
  ],
  [
    'removal and extraction by fields',
    key => {
      const whole = object(configMap(`{"${key}":"1"}`));
      const fields = toFieldSet(whole, configMapSchema);
      return [
        (extract(whole, fields, configMapSchema) as JsonObject).data!,
        (remove(whole, fields, configMapSchema) as JsonObject).data ?? null,
      ];
    },
    key => `[{"${key}":"1"},null]`,
  ],
  [
    'comparison',
    key =>
      compare(object(configMap('{}')), object(configMap(`{"${key}":"1"}`)), configMapSchema).added.isEmpty,
    () => 'false',
  ],
  [
    'difference',
    key => diff(object(configMap('{}')), object(configMap(`{"${key}":"1"}`))).length > 0,
    () => 'true',
  ],
  [
    'pruning of an open map',
    key => prune(object(`{"spec":{"${key}":{"a":1,"b":2}}}`), openMap).value,
    key => `{"spec":{"${key}":{"a":1}}}`,
  ],
  [
    'pruning of a closed map',
    key => prune(object(`{"spec":{"${key}":{}}}`), closedMap),
    key => `{"value":{"spec":{}},"pruned":["spec.${key}"]}`,
  ],
  [
    'defaults',
    key => applyDefaults(object(`{"spec":{"${key}":{}}}`), openMap),
    key => `{"spec":{"${key}":{"a":1}}}`,
  ],
  [
    'validation',
    key => validate(object(`{"spec":{"${key}":{"a":"x"}}}`), openMap).map(({ field }) => field),
    key => `["spec.${key}.a"]`,
  ],
  [
    'CEL: a map',
    key =>
      compile(
        'has(m.a) || s in m || m == {}',
        withVariables(createEnvironment(kubernetesLibraries), { m: types.dyn, s: types.string }),
      ).evaluate({ m: fromJson({ b: 1 }), s: key }),
    () => 'false',
  ],
  [
    'CEL: an entry',
    key =>
      compile(
        'm[s] == "1"',
        withVariables(createEnvironment(kubernetesLibraries), { m: types.dyn, s: types.string }),
      ).evaluate({ m: fromJson(object(`{"${key}":"1"}`)), s: key }),
    () => 'true',
  ],
  [
    'kustomize: a resource',
    key =>
      kustomize({ 'kustomization.yaml': 'resources: [a.yaml]', 'a.yaml': configMap(`{"${key}":"1"}`) })!.data,
    key => `{"${key}":"1"}`,
  ],
  [
    'kustomize: labels',
    key =>
      (
        kustomize({
          'kustomization.yaml': `resources: [a.yaml]\ncommonLabels: {${key}: b}`,
          'a.yaml': resource,
        })!.metadata as JsonObject
      ).labels,
    key => `{"${key}":"b"}`,
  ],
  [
    'kustomize: annotations',
    key =>
      (
        kustomize({
          'kustomization.yaml': `resources: [a.yaml]\ncommonAnnotations: {${key}: b}`,
          'a.yaml': resource,
        })!.metadata as JsonObject
      ).annotations,
    key => `{"${key}":"b"}`,
  ],
  [
    'kustomize: a strategic patch',
    key =>
      kustomize({
        'kustomization.yaml': `resources: [a.yaml]\npatches: [{path: p.yaml}]`,
        'p.yaml': configMap(`{"${key}":"2"}`),
        'a.yaml': resource,
      })!.data,
    key => `{"x":"v","${key}":"2"}`,
  ],
  [
    'kustomize: a JSON patch',
    key =>
      kustomize({
        'kustomization.yaml': `resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]`,
        'p.yaml': `- {op: add, path: /data/${key}, value: "2"}`,
        'a.yaml': resource,
      })!.data,
    key => `{"x":"v","${key}":"2"}`,
  ],
  [
    'kustomize: a replacement',
    key =>
      kustomize({
        'kustomization.yaml': `resources: [a.yaml]\nreplacements: [{source: {kind: ConfigMap, fieldPath: data.x}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.${key}], options: {create: true}}]}]`,
        'a.yaml': resource,
      })!.data,
    key => `{"x":"v","${key}":"v"}`,
  ],
  [
    'kustomize: a literal',
    key => kustomize({ 'kustomization.yaml': `configMapGenerator: [{name: a, literals: [${key}=1]}]` })!.data,
    key => `{"${key}":"1"}`,
  ],
  [
    'kustomize: an env file',
    key =>
      kustomize({ 'kustomization.yaml': 'configMapGenerator: [{name: a, envs: [e]}]', e: `${key}=1\n` })!
        .data,
    key => `{"${key}":"1"}`,
  ],
  [
    'kustomize: a label selector',
    key =>
      kustomize({
        'kustomization.yaml': `resources: [a.yaml]\npatches: [{patch: '[{"op": "add", "path": "/data/y", "value": "2"}]', target: {kind: ConfigMap, labelSelector: ${key}}}]`,
        'a.yaml': resource,
      })!.data,
    () => '{"x":"v"}',
  ],
  [
    'kustomize: vars',
    key =>
      kustomize({
        'kustomization.yaml': `resources: [a.yaml]\nvars: [{name: V, objref: {kind: ConfigMap, name: a, apiVersion: v1}, fieldref: {fieldpath: data.x}}]\ncommonAnnotations: {${key}: $(V)}`,
        'a.yaml': resource,
      })!.metadata,
    key => `{"name":"a","annotations":{"${key}":"v"}}`,
  ],
  ['helm: --set-string', key => mergeValues({ strings: [`${key}.a=1`] }), key => `{"${key}":{"a":"1"}}`],
  ['helm: --set-json', key => mergeValues({ json: [`{"${key}":{"a":1}}`] }), key => `{"${key}":{"a":1}}`],
  [
    'helm: values',
    key =>
      mergeValues({
        files: [
          { name: 'v', data: Buffer.from(`${key}: {a: x}`) },
          { name: 'w', data: Buffer.from(`${key}: {b: z}`) },
        ],
      }),
    key => `{"${key}":{"a":"x","b":"z"}}`,
  ],
  [
    'helm: coalescing',
    key => coalesceValues(chart(key), mergeValues({ strings: [`${key}.b=2`] })),
    key => `{"${key}":{"b":"2","a":"x"}}`,
  ],
  ['helm: a template', key => rendered(key, `{{ index .Values "${key}" "a" }}`), () => '"x"'],
  [
    'sprig: a dict',
    key =>
      rendered(
        key,
        `{{ $d := dict "${key}" 1 }}{{ set $d "b" 2 | keys | sortAlpha }}{{ hasKey $d "${key}" }}{{ hasKey (dict) "${key}" }}{{ get (dict) "${key}" }}{{ index $d "${key}" }}{{ unset $d "${key}" | toJson }}`,
      ),
    key => JSON.stringify(`[${['b', key].sort().join(' ')}]truefalse1{"b":2}`),
  ],
  [
    'sprig: merge, pick, omit and dig',
    key =>
      rendered(
        key,
        `{{ merge (dict) (dict "${key}" (dict "a" 1)) | toJson }}{{ pick (dict) "${key}" }}{{ omit (dict "${key}" 1) "${key}" }}{{ dig "${key}" "none" (dict) }}`,
      ),
    key => JSON.stringify(`{"${key}":{"a":1}}map[]map[]none`),
  ],
  [
    'sprig: fromYaml and toYaml',
    key => rendered(key, `{{ fromYaml "${key}: {a: 1}" | toYaml }}`),
    key => JSON.stringify(`${key}:\n  a: 1`),
  ],
  [
    'envsubst',
    key => [
      substitute(`\${${key}:-none}`, {}),
      substitute(`\${${key}}`, object(`{"${key}":"1"}`) as Record<string, string>),
    ],
    () => '["none","1"]',
  ],
];

function chart(key: string, template = '') {
  return loadChartFolder([
    { name: 'Chart.yaml', data: Buffer.from('apiVersion: v2\nname: a\nversion: 1.0.0\n') },
    { name: 'values.yaml', data: Buffer.from(`${key}: {a: x}\n`) },
    { name: 'templates/a.yaml', data: Buffer.from(template) },
  ]);
}

function rendered(key: string, template: string): string | undefined {
  const release = { name: 'r', namespace: 'n' };
  const one = chart(key, template);
  return renderChart(one, coalesceValues(one, {}), { release }).get('a/templates/a.yaml');
}

describe('a key that objects inherit is a key like any other', () => {
  afterEach(() => {
    // Nothing may have come to what all objects share.
    for (const key of ['a', 'b', 'polluted', 'x', 'y'])
      expect(({} as Record<string, Json>)[key]).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each(entryPoints.flatMap(([name, run, wanted]) => keys.map(key => [name, key, run, wanted] as const)))(
    '%s: %s',
    (_, key, run, wanted) => {
      expect(JSON.stringify(run(key))).toBe(wanted(key));
    },
  );
});
