import type { JsonObject } from '@millrace/json';
import type { Plain } from '../../beside/scene.ts';
import type { ChartFiles } from '../scenario.ts';
import {
  chart,
  configMap,
  definition,
  deployment,
  hook,
  job,
  ref,
  scenario,
  service,
  template,
} from './build.ts';

const noWait = { install: { disableWait: true }, upgrade: { disableWait: true } };

/** One chart as it is. */
const found = (name: string, files: Record<string, string>, spec: Plain = noWait, look?: string[]) =>
  scenario(name, () => ({
    look: look?.map(one => ref('ConfigMap', one)),
    steps: [{ does: 'what is in the chart', chart: chart('1.0.0', files), spec, endless: true }],
  }));

const plain = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const patch = '- {op: add, path: /data/patched, value: "true"}';
const patching = { postRenderers: [{ kustomize: { patches: [{ target: { kind: 'ConfigMap' }, patch }] } }] };
const withSub = (more: Record<string, string>): Record<string, string> => ({
  'Chart.yaml':
    'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{name: sub, version: 0.1.0, condition: sub.enabled}]\n',
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  ...more,
});
const moving = (where: Record<string, string>): ChartFiles =>
  chart('1.1.0', {
    'templates/moving.yaml': template(configMap('moving', { a: '2' }, { annotations: where })),
  });

/** Charts as they are met, odd ones among them, and what has been reported of them. */
export const things = [
  found('definitions-of-a-subchart-that-is-off', {
    ...withSub({ 'charts/sub/crds/a.yaml': template(definition('Lathe', 'off.golden.dev')) }),
    'values.yaml': 'motto: one\nbroken: false\nsub: {enabled: false}\n',
  }),
  found('separators', {
    'templates/a.yaml': `---${plain('a').replace('apiVersion', '\napiVersion')}---\n${plain('b')}--- # words\n${plain('c')}\n---\n\n---\n# nothing\n`,
    'templates/b.yaml': `${plain('d').replaceAll('\n', '\r\n')}`,
    'templates/_c.yaml': plain('hidden'),
    'templates/sub/d.yaml': plain('e'),
    'templates/f.txt': plain('f'),
  }),
  found(
    'separators-and-patches',
    {
      'templates/a.yaml': `---\n${plain('a')}data: {x: y}\n---\n${plain('b')}data: {x: y}\n`,
    },
    { ...noWait, ...patching },
  ),
  found('blank-lines', {
    'templates/a.yaml': `${plain('a')}data:\n  text: |\n    one\n\n    two\n  z: end\n---\n${plain('b')}`,
  }),
  found(
    'hook-and-template-of-one-name',
    {
      'templates/a.yaml': template(
        configMap('same', { a: 'template' }),
        configMap('same', { a: 'hook' }, { annotations: hook('pre-install') }),
      ),
    },
    noWait,
    ['same'],
  ),
  found(
    'hook-and-template-of-one-name-patched',
    {
      'templates/a.yaml': template(
        configMap('same', { a: 'template' }),
        configMap('same', { a: 'hook' }, { annotations: hook('pre-install') }),
      ),
    },
    { ...noWait, ...patching, postRenderStrategy: 'separate' },
    ['same'],
  ),
  found('name-that-is-generated', {
    'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n',
  }),
  found('label-that-is-a-number', {
    'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {version: 1}}\n',
  }),
  found('data-that-is-a-number', { 'templates/a.yaml': `${plain('a')}data: {port: 80}\n` }),
  found('keys-twice', { 'templates/a.yaml': `${plain('a')}data: {a: b}\ndata: {a: c}\n` }),
  found('no-kind', { 'templates/a.yaml': 'apiVersion: v1\nmetadata: {name: a}\n' }),
  found('a-scalar', { 'templates/a.yaml': 'just words\n' }),
  found('variable-twice', {
    'templates/a.yaml': template({
      ...deployment('web'),
      spec: {
        ...(deployment('web').spec as object),
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'a',
                image: 'a',
                env: [
                  { name: 'A', value: '1' },
                  { name: 'A', value: '2' },
                ],
              },
            ],
          },
        },
      },
    }),
  }),
  found('ports-of-two-protocols', {
    'templates/a.yaml': template({
      ...service('dns', 53),
      spec: {
        ports: [
          { name: 'tcp', port: 53, protocol: 'TCP' },
          { name: 'udp', port: 53, protocol: 'UDP' },
        ],
      },
    }),
  }),
  found('namespace-among-the-objects', {
    'templates/a.yaml':
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: "{{ .Release.Namespace }}-own"}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: "{{ .Release.Namespace }}-own"}\n',
  }),
  found(
    'values-of-odd-keys',
    {
      'templates/a.yaml': `${plain('a')}data:\n  all: {{ .Values | toJson | quote }}\n`,
    },
    {
      ...noWait,
      values: { 'a.b/c': { 'd e': 1 }, list: [null, '', 0, false, { x: null }], '': 'empty', motto: null },
    },
  ),
  scenario('set-back-after-a-failure', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'an upgrade that fails', spec: { values: { broken: true } } },
      { does: 'as it was before', spec: { values: null } },
    ],
  })),
  scenario('failures-fill-the-history', () => ({
    steps: [
      {
        does: 'a release that remembers two',
        chart: chart(),
        spec: { maxHistory: 2, upgrade: { strategy: { name: 'RetryOnFailure', retryInterval: '1h' } } },
      },
      ...[1, 2, 3].map(n => ({
        does: 'an upgrade that fails',
        spec: { values: { broken: true, n } },
        endless: true,
        becomes: 'False' as const,
      })),
      { does: 'it is mended', spec: { values: { broken: false } }, becomes: 'True' },
    ],
  })),
  scenario('history-of-rollbacks', () => ({
    steps: [
      {
        does: 'a release that remembers two',
        chart: chart(),
        spec: { maxHistory: 2, upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
      { does: 'an upgrade that fails', spec: { values: { broken: true } } },
      { does: 'another one', spec: { values: { broken: true, n: 2 } } },
      { does: 'it is mended', spec: { values: { broken: false } } },
    ],
  })),
  scenario('only-patches-change', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: patching },
      {
        does: 'another patch',
        spec: {
          postRenderers: [
            {
              kustomize: {
                patches: [{ target: { kind: 'ConfigMap' }, patch: patch.replace('true', 'more') }],
              },
            },
          ],
        },
      },
      { does: 'a request', request: true },
      { does: 'none', spec: { postRenderers: null } },
    ],
  })),
  scenario('tests-that-are-all-left-out', () => ({
    fates: { 'Job/one': 'fails' },
    steps: [
      {
        does: 'a test that is left out',
        chart: chart('1.0.0', { 'templates/tests.yaml': template(job('one', hook('test'))) }),
        spec: { test: { enable: true, filters: [{ name: 'one', exclude: true }] } },
      },
      { does: 'a request', request: true },
      { does: 'it is not any more', spec: { test: { enable: true, filters: null } } },
    ],
  })),
  scenario('object-becomes-a-hook', () => ({
    look: [ref('ConfigMap', 'moving')],
    steps: [
      {
        does: 'an object',
        chart: chart('1.0.0', { 'templates/moving.yaml': template(configMap('moving', { a: '1' })) }),
      },
      { does: 'it is a hook', chart: moving(hook('post-upgrade')) },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('object-is-to-be-kept', () => ({
    look: [ref('ConfigMap', 'moving')],
    steps: [
      {
        does: 'an object',
        chart: chart('1.0.0', { 'templates/moving.yaml': template(configMap('moving', { a: '1' })) }),
      },
      { does: 'it is to be kept', chart: moving({ 'helm.sh/resource-policy': 'keep' }) },
      { does: 'it leaves the chart', chart: chart('1.2.0') },
      { does: 'the release goes', deleted: true },
    ],
  })),
  scenario('selector-that-changes', () => {
    const other = (labels: JsonObject) => {
      const made = deployment('web');
      const spec = made.spec as JsonObject;
      return template({
        ...made,
        spec: {
          ...spec,
          selector: { matchLabels: labels },
          template: { ...(spec.template as JsonObject), metadata: { labels } },
        },
      });
    };
    return {
      steps: [
        {
          does: 'a Deployment',
          chart: chart('1.0.0', { 'templates/web.yaml': other({ app: 'web' }) }),
          spec: noWait,
        },
        {
          does: 'another selector',
          chart: chart('1.1.0', { 'templates/web.yaml': other({ app: 'web', tier: 'front' }) }),
        },
        { does: 'by force', spec: { upgrade: { force: true, disableWait: true } } },
      ],
    };
  }),
  scenario('version-with-build-metadata', () => ({
    source: 'OCIRepository',
    steps: [
      {
        does: 'a tag has an underscore in place of the plus',
        chart: { ...chart('1.0.0+build.1'), tag: '1.0.0_build.1' },
      },
      { does: 'another one', chart: { ...chart('1.0.0+build.2'), tag: '1.0.0_build.2' } },
    ],
  })),
  scenario('tag-that-is-no-version', () => ({
    source: 'OCIRepository',
    steps: [{ does: 'a tag of another name', chart: { ...chart('1.0.0'), tag: 'latest' }, endless: true }],
  })),
  scenario('suspended-while-it-fails', () => ({
    steps: [
      { does: 'a release that fails', chart: chart(), spec: { values: { broken: true } } },
      {
        does: 'it is suspended, and mended',
        spec: { suspend: true, values: { broken: false } },
        rests: true,
      },
      { does: 'it goes on', spec: { suspend: false } },
    ],
  })),
];
