import { chart, configMap, scenario } from './build.ts';

const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
});

const all = {
  'values.yaml': 'motto: one\nbroken: false\n',
  'templates/all.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: all}\ndata:\n  all: {{ .Values | toJson | quote }}\n',
};
const from = (valuesFrom: object[], more: object = {}) => ({ valuesFrom, ...more });

/** Values, wherever they come from. */
export const values = [
  scenario('values-from', () => ({
    steps: [
      {
        does: 'values of every kind',
        chart: chart('1.0.0', all),
        objects: [
          configMap('shared', {
            'values.yaml': 'motto: shared\na: {b: 1, c: [1, 2]}\n',
            other: 'a: {b: 2}\n',
          }),
          secret('own', { 'values.yaml': 'secret: "x"\na: {d: null}\n', word: 'plain', quoted: '"12"' }),
        ],
        spec: from(
          [
            { kind: 'ConfigMap', name: 'shared' },
            { kind: 'Secret', name: 'own' },
            { kind: 'ConfigMap', name: 'shared', valuesKey: 'other' },
            { kind: 'Secret', name: 'own', valuesKey: 'word', targetPath: 'a.e' },
            { kind: 'Secret', name: 'own', valuesKey: 'quoted', targetPath: 'list[0].f' },
          ],
          { values: { own: true, a: { b: 3 } } },
        ),
      },
      {
        does: 'one of them changes',
        objects: [configMap('shared', { 'values.yaml': 'motto: changed\n', other: 'a: {b: 2}\n' })],
        request: true,
      },
    ],
  })),
  scenario('values-literal', () => ({
    steps: [
      {
        does: 'a text with every sign that has a meaning',
        chart: chart('1.0.0', all),
        objects: [configMap('texts', { text: 'a=1,b={2},c[3]\\.d "e"\n', set: 'x,y=z' })],
        spec: from([
          { kind: 'ConfigMap', name: 'texts', valuesKey: 'text', targetPath: 'a.text', literal: true },
          { kind: 'ConfigMap', name: 'texts', valuesKey: 'set', targetPath: 'b', literal: true },
        ]),
      },
      {
        does: 'one that is not literal',
        spec: from([{ kind: 'ConfigMap', name: 'texts', valuesKey: 'set', targetPath: 'b' }]),
        endless: true,
        becomes: 'True',
      },
    ],
  })),
  scenario('values-missing', () => ({
    steps: [
      {
        does: 'a ConfigMap that is not there',
        chart: chart('1.0.0', all),
        spec: from([{ kind: 'ConfigMap', name: 'none' }]),
        endless: true,
      },
      { does: 'and need not be', spec: from([{ kind: 'ConfigMap', name: 'none', optional: true }]) },
    ],
  })),
  scenario('values-secret-missing', () => ({
    steps: [
      {
        does: 'a Secret that is not there',
        chart: chart('1.0.0', all),
        spec: from([{ kind: 'Secret', name: 'none', valuesKey: 'word', targetPath: 'a' }]),
        endless: true,
      },
      { does: 'it comes', objects: [secret('none', { word: 'x' })], request: true, becomes: 'True' },
    ],
  })),
  scenario('values-key-missing', () => ({
    steps: [
      {
        does: 'a key that is not there',
        chart: chart('1.0.0', all),
        objects: [configMap('some', { a: 'b: 1' })],
        spec: from([{ kind: 'ConfigMap', name: 'some', valuesKey: 'b' }]),
        endless: true,
      },
      {
        does: 'and need not be',
        spec: from([{ kind: 'ConfigMap', name: 'some', valuesKey: 'b', optional: true }]),
      },
    ],
  })),
  scenario('values-bad-yaml', () => ({
    steps: [
      {
        does: 'what is no YAML',
        chart: chart('1.0.0', all),
        objects: [configMap('some', { 'values.yaml': 'a: [1\n' }), secret('own', { 'values.yaml': '- 1\n' })],
        spec: from([{ kind: 'ConfigMap', name: 'some' }]),
        endless: true,
      },
      { does: 'nor are these values', spec: from([{ kind: 'Secret', name: 'own' }]), endless: true },
    ],
  })),
  scenario('values-numbers', () => ({
    steps: [
      {
        does: 'numbers and words',
        chart: chart('1.0.0', all),
        objects: [
          configMap('some', { 'values.yaml': 'a: 12345678901234567890\nb: 1e3\nc: 0x10\nd: 1.0\ne: yes\n' }),
        ],
        spec: from([{ kind: 'ConfigMap', name: 'some' }], {
          values: { big: 9007199254740991, small: 0.1, whole: 3, text: '3', none: null },
        }),
      },
    ],
  })),
  scenario('values-preserved', () => ({
    steps: [
      { does: 'a release', chart: chart('1.0.0', all), spec: { values: { a: 1, b: 2 } } },
      { does: 'values are kept', spec: { values: { b: null, c: 3 }, upgrade: { preserveValues: true } } },
      { does: 'another chart', chart: chart('1.1.0', { ...all, 'values.yaml': 'motto: two\nnew: true\n' }) },
    ],
  })),
  scenario('values-null', () => ({
    steps: [
      {
        does: 'a default is taken away',
        chart: chart('1.0.0', all),
        spec: { values: { motto: 'a', broken: false } },
      },
      { does: 'no values', spec: { values: null } },
    ],
  })),
];
