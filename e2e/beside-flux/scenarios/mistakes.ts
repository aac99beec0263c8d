import type { JsonObject } from '@millrace/json';
import type { Plain } from '../../beside/scene.ts';
import { configMap, custom, definition, kustomizationFile, ref, scenario, yaml } from './build.ts';

const plain = (ns: string) => ({ 'a.yaml': yaml(configMap('a', ns, { one: '1' })) });

/** One thing that is wrong with a spec, and what is right in its place. */
const mistaken = (name: string, wrong: Plain, right?: Plain, files = plain) =>
  scenario(name, ns => ({
    steps: [
      { does: 'a mistake', files: files(ns), spec: wrong },
      ...(right ? [{ does: 'it is put right', spec: right }] : []),
    ],
  }));

const config = (name: string, namespace: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  namespace,
});

/** What may be wrong with the fields of a Kustomization. */
export const mistakes = [
  mistaken(
    'label-that-is-none',
    { commonMetadata: { labels: { team: 'not a value!' } } },
    { commonMetadata: { labels: { team: 'a' } } },
  ),
  mistaken('annotation-that-is-none', { commonMetadata: { annotations: { 'not a key!': 'a' } } }),
  mistaken('prefix-that-is-none', { namePrefix: 'Not_A_Name-' }, { namePrefix: 'a-' }),
  mistaken('suffix-that-is-none', { nameSuffix: '-Not_A_Name' }, { nameSuffix: '-a' }),
  mistaken('component-that-is-none', { components: ['./other'] }, { components: null }, ns => ({
    'kustomization.yaml': kustomizationFile({ resources: ['a.yaml'] }),
    ...plain(ns),
    'other/kustomization.yaml': kustomizationFile({}),
  })),
  mistaken(
    'patch-that-is-none',
    { patches: [{ patch: 'a: [1\n', target: { kind: 'ConfigMap' } }] },
    { patches: [{ patch: '- {op: add, path: /data/two, value: "2"}\n', target: { kind: 'ConfigMap' } }] },
  ),
  mistaken('patch-of-what-is-not-there', {
    patches: [{ patch: '- {op: replace, path: /data/none/at, value: "2"}\n', target: { kind: 'ConfigMap' } }],
  }),
  mistaken('patch-for-nobody', {
    patches: [{ patch: '- {op: add, path: /data/two, value: "2"}\n', target: { kind: 'Deployment' } }],
  }),
  mistaken('patch-target-that-is-no-expression', {
    patches: [{ patch: '- {op: add, path: /data/two, value: "2"}\n', target: { name: '(' } }],
  }),
  mistaken('image-for-nobody', { images: [{ name: 'none', newTag: '1' }] }),
  mistaken('path-of-a-file', { path: './a.yaml' }, { path: './' }),
  mistaken('path-that-leads-out', { path: '../../etc' }),
  mistaken('namespace-that-is-not-there', { targetNamespace: 's-none-at-all' }, { targetNamespace: null }),
  mistaken('namespace-that-is-none', { targetNamespace: 'Not_A_Name' }),
  mistaken('ignored-path-that-is-none', {
    ignore: [{ paths: ['data.one', ''], target: { kind: 'ConfigMap' } }],
  }),
  mistaken('health-check-of-no-kind', {
    healthChecks: [{ apiVersion: 'nowhere.dev/v1', kind: 'Nothing', name: 'a', namespace: 'default' }],
    timeout: '2s',
  }),
  scenario('health-check-of-what-is-not-there', ns => ({
    steps: [
      {
        does: 'a health check of an object that is not there',
        files: plain(ns),
        spec: { healthChecks: [config('none', ns)], timeout: '2s' },
        becomes: 'False',
      },
      { does: 'it comes', objects: [configMap('none', ns, {})], request: true, becomes: 'True' },
    ],
  })),
  scenario('health-expression-that-is-none', ns => ({
    steps: [
      {
        does: 'an expression that is none',
        files: plain(ns),
        spec: {
          wait: true,
          healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'this is not' }],
        },
      },
    ],
  })),
  scenario('health-expression-without-value', ns => ({
    steps: [
      {
        does: 'an expression about what is not there',
        files: plain(ns),
        spec: {
          wait: true,
          timeout: '2s',
          healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'status.ready == true' }],
        },
        becomes: 'False',
      },
    ],
  })),
  scenario('never-healthy', ns => ({
    steps: [
      {
        does: 'an object that is under way for longer than the time',
        files: {
          'a.yaml': yaml(
            definition('Lamp', 'never.golden.dev'),
            custom('Lamp', 'never.golden.dev', 'lamp', ns, {}),
          ),
        },
        spec: {
          wait: true,
          timeout: '2s',
          healthCheckExprs: [
            { apiVersion: 'never.golden.dev/v1', kind: 'Lamp', inProgress: 'true', current: 'true' },
          ],
        },
        becomes: 'False',
      },
    ],
  })),
  scenario('ready-expression-that-is-none', ns => ({
    steps: [
      {
        does: 'an expression that is none',
        files: plain(ns),
        spec: { dependsOn: [{ name: 'base', readyExpr: 'this is not' }] },
      },
      {
        does: 'one that is no condition',
        spec: { dependsOn: [{ name: 'base', readyExpr: '"words"' }] },
      },
    ],
  })),
  scenario('account-that-may-not', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'in the name of nobody who is there',
        files: plain(ns),
        spec: { serviceAccountName: 'nobody' },
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('substitution-from-nothing', ns => ({
    steps: [
      {
        does: 'a Secret that is not there',
        files: plain(ns),
        spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'none' }] } },
      },
      {
        does: 'and need not be',
        spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'none', optional: true }] } },
      },
    ],
  })),
  scenario('selectors-that-are-none', ns => {
    const patch = '- {op: add, path: /data/two, value: "2"}\n';
    return {
      steps: [
        {
          does: 'labels of a patch',
          files: plain(ns),
          spec: { patches: [{ patch, target: { labelSelector: 'a in b' } }] },
        },
        {
          does: 'annotations of a patch',
          spec: { patches: [{ patch, target: { annotationSelector: 'a in b' } }] },
        },
        {
          does: 'annotations of a rule',
          spec: {
            patches: null,
            ignore: [{ paths: ['/data/one'], target: { annotationSelector: 'a in b' } }],
          },
        },
        {
          does: 'a name of a rule',
          spec: { ignore: [{ paths: ['/data/one'], target: { kind: 'ConfigMap', name: '(' } }] },
        },
        { does: 'none', spec: { ignore: null } },
      ],
    };
  }),
  scenario('health-expressions-that-are-none', ns => {
    const rule = (more: Plain) => [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'true', ...more }];
    return {
      steps: [
        {
          does: 'of what has failed',
          files: plain(ns),
          spec: { wait: true, healthCheckExprs: rule({ failed: 'this is not' }) },
        },
        {
          does: 'of what is under way',
          spec: { healthCheckExprs: rule({ failed: null, inProgress: '1 +' }) },
        },
        { does: 'one that is no condition', spec: { healthCheckExprs: rule({ current: "'words'" }) } },
        { does: 'one that is', spec: { healthCheckExprs: rule({ inProgress: 'false' }) } },
      ],
    };
  }),
  mistaken('digest-that-is-none', { images: [{ name: 'nginx', digest: 'latest' }] }, undefined, ns => ({
    'a.yaml': yaml({
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: { name: 'pods', namespace: ns },
      template: { spec: { containers: [{ name: 'a', image: 'nginx:0.1' }] } },
    }),
  })),
  mistaken('source-elsewhere-that-is-not-there', {
    sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: 's-none-at-all' },
  }),
  mistaken('build-metadata-twice', { buildMetadata: ['originAnnotations', 'originAnnotations'] }),
];
