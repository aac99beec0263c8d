import { chart, configMap, deployment, ref, scenario, service, template } from './build.ts';

const notes = { 'templates/NOTES.txt': 'Hello {{ .Release.Name }} of {{ .Chart.Version }}\n' };
const lookingUp = `apiVersion: v1
kind: ConfigMap
metadata: {name: found}
data:
  there: {{ (lookup "v1" "ConfigMap" .Release.Namespace "theirs").data | toJson | quote }}
  gone: {{ lookup "v1" "ConfigMap" .Release.Namespace "none" | toJson | quote }}
`;
const knowing = `apiVersion: v1
kind: ConfigMap
metadata: {name: known}
data:
  apps: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  widgets: {{ .Capabilities.APIVersions.Has "nowhere.dev/v1" | quote }}
  install: {{ .Release.IsInstall | quote }}
  upgrade: {{ .Release.IsUpgrade | quote }}
  revision: {{ .Release.Revision | quote }}
  service: {{ .Release.Service }}
`;
const strange = (name: string) => {
  const { spec, ...rest } = service(name, 80);
  return { ...rest, spec: { ...(spec as object), nothing: true } };
};
const subchart = (condition: boolean) => ({
  'values.yaml': `motto: one\nbroken: false\nsub: {enabled: ${condition}}\n`,
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  'charts/sub/values.yaml': 'word: below\n',
  'charts/sub/templates/a.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\ndata: {word: {{ .Values.word }}, shared: {{ .Values.global.word | default "none" }}}\n',
});

/** What charts are made of, and what their objects may be. */
export const charts = [
  scenario('empty-chart', () => ({
    steps: [
      { does: 'a chart of nothing', chart: { version: '1.0.0', files: {} } },
      { does: 'and again', chart: { version: '1.1.0', files: {} } },
    ],
  })),
  scenario('notes', () => ({
    steps: [{ does: 'a chart with notes', chart: chart('1.0.0', notes) }],
  })),
  scenario('lookup', () => ({
    steps: [
      {
        does: 'a chart that looks things up',
        chart: chart('1.0.0', { 'templates/lookup.yaml': lookingUp }),
        objects: [configMap('theirs', { a: 'b' })],
      },
    ],
  })),
  scenario('capabilities', () => ({
    steps: [
      { does: 'a chart that asks what there is', chart: chart('1.0.0', { 'templates/known.yaml': knowing }) },
      { does: 'and again', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('subchart', () => ({
    steps: [
      {
        does: 'a chart in a chart',
        chart: chart('1.0.0', {
          ...subchart(true),
          'Chart.yaml':
            'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{name: sub, version: 0.1.0, condition: sub.enabled}]\n',
        }),
        spec: { values: { sub: { word: 'above' }, global: { word: 'all' } } },
      },
      { does: 'it is left out', spec: { values: { sub: { enabled: false } } } },
    ],
  })),
  scenario('kube-version', () => ({
    steps: [
      {
        does: 'a chart for another cluster',
        chart: chart('1.0.0', {
          'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\nkubeVersion: ">= 9.0.0"\n',
        }),
        endless: true,
      },
    ],
  })),
  scenario('library-chart', () => ({
    steps: [
      {
        does: 'a chart that is a library',
        chart: chart('1.0.0', {
          'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\ntype: library\n',
        }),
        endless: true,
      },
    ],
  })),
  scenario('no-chart', () => ({
    steps: [
      {
        does: 'an archive without a chart',
        chart: { version: '1.0.0', files: { 'Chart.yaml': 'name: app\n' } },
        endless: true,
      },
    ],
  })),
  scenario('unknown-field', () => ({
    steps: [
      {
        does: 'a field that nobody knows',
        chart: chart('1.0.0', { 'templates/strange.yaml': template(strange('strange')) }),
      },
      { does: 'without validation', spec: { install: { disableOpenAPIValidation: true } } },
    ],
  })),
  scenario('unknown-field-client-side', () => ({
    steps: [
      {
        does: 'a field that nobody knows',
        chart: chart('1.0.0', { 'templates/strange.yaml': template(strange('strange')) }),
        spec: { install: { serverSideApply: false } },
        endless: true,
      },
      {
        does: 'without validation',
        spec: { install: { serverSideApply: false, disableOpenAPIValidation: true } },
        becomes: 'True',
      },
    ],
  })),
  scenario('list-of-objects', () => ({
    steps: [
      {
        does: 'objects in a list',
        chart: chart('1.0.0', {
          'templates/list.yaml': template({
            apiVersion: 'v1',
            kind: 'List',
            items: [configMap('a', { a: '1' }), configMap('b', { a: '1' })],
          }),
        }),
        spec: { driftDetection: { mode: 'enabled' } },
      },
      {
        does: 'one of them leaves',
        chart: chart('1.1.0', {
          'templates/list.yaml': template({
            apiVersion: 'v1',
            kind: 'List',
            items: [configMap('a', { a: '2' })],
          }),
        }),
      },
    ],
  })),
  scenario('same-object-twice', () => ({
    steps: [
      {
        does: 'an object in two files',
        chart: chart('1.0.0', {
          'templates/a.yaml': template(configMap('twice', { a: '1' })),
          'templates/b.yaml': template(configMap('twice', { b: '2' })),
        }),
        endless: true,
      },
    ],
  })),
  scenario('other-namespaces', ns => ({
    places: [`${ns}-b`],
    look: [ref('ConfigMap', 'there', `${ns}-b`)],
    steps: [
      {
        does: 'an object elsewhere, and one of no namespace',
        chart: chart('1.0.0', {
          'templates/there.yaml': template({
            ...configMap('there', { a: '1' }),
            metadata: { name: 'there', namespace: `${ns}-b` },
          }),
          'templates/role.yaml': template({
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'ClusterRole',
            metadata: { name: `${ns}-role` },
            rules: [],
          }),
        }),
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('replicas-of-others', () => ({
    steps: [
      {
        does: 'a Deployment',
        chart: chart('1.0.0', { 'templates/web.yaml': template(deployment('web')) }),
        spec: {
          install: { disableWait: true },
          upgrade: { disableWait: true },
          driftDetection: {
            mode: 'enabled',
            ignore: [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }],
          },
        },
      },
      {
        does: 'somebody scales it',
        change: [{ ref: ref('Deployment', 'web'), patch: { spec: { replicas: 3 } } }],
        request: true,
      },
      {
        does: 'and changes its image',
        change: [
          {
            ref: ref('Deployment', 'web'),
            patch: { spec: { template: { spec: { containers: [{ name: 'a', image: 'theirs' }] } } } },
          },
        ],
        request: true,
      },
    ],
  })),
];
