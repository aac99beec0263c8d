import type { JsonObject } from '@millrace/json';
import { configMap, ref, scenario, yaml } from './build.ts';

const names = ['by-label', 'by-annotation', 'by-name', 'unmatched'];
const labelled = (ns: string, data: JsonObject) =>
  yaml(...names.map(name => configMap(name, ns, data, { labels: { of: name }, annotations: { of: name } })));
const patch = '- op: add\n  path: /data/patched\n  value: "true"\n';
const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const pod = (ns: string) => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name: 'pods', namespace: ns },
  template: {
    spec: {
      containers: [
        { name: 'a', image: 'nginx:0.1' },
        { name: 'b', image: 'redis:0.1' },
        { name: 'c', image: 'redis@sha256:0000' },
      ],
    },
  },
});

/** Rules, patches and images say which objects they are for. */
export const selecting = [
  scenario('drift-ignored-by-selectors', ns => ({
    steps: [
      {
        does: 'rules for objects of every description',
        files: { 'a.yaml': labelled(ns, { a: '1', b: '1' }) },
        spec: {
          ignore: [
            { paths: ['/data/a'], target: { labelSelector: 'of in (by-label, nothing)' } },
            { paths: ['/data/a'], target: { annotationSelector: 'of=by-annotation' } },
            {
              paths: ['/data/a'],
              target: { group: '', version: 'v1', kind: 'ConfigMap', name: 'by-n.*', namespace: ns },
            },
            { paths: ['/data/a'], target: { namespace: 'elsewhere' } },
            { paths: ['/data/a'], target: { group: 'apps', name: 'unmatched' } },
            { paths: ['/data/a'], target: { version: 'v2', name: 'unmatched' } },
            { paths: ['/data/a'], target: { name: 'match' } },
          ],
        },
      },
      {
        does: 'somebody changes all of them',
        change: names.map(name => ({ ref: ref('ConfigMap', name), patch: { data: { a: 'theirs' } } })),
        request: true,
      },
      { does: 'a new revision', files: { 'a.yaml': labelled(ns, { a: '2', b: '2' }) } },
    ],
  })),
  scenario('drift-ignored-by-bad-selectors', ns => ({
    steps: [
      {
        does: 'a selector that is none',
        files: { 'a.yaml': labelled(ns, { a: '1' }) },
        spec: { ignore: [{ paths: ['/data/a'], target: { labelSelector: 'a in b' } }] },
      },
    ],
  })),
  scenario('patches-by-selectors', ns => ({
    steps: [
      {
        does: 'patches for objects of every description',
        files: { 'a.yaml': labelled(ns, { a: '1' }) },
        spec: {
          patches: [
            { patch, target: { labelSelector: 'of=by-label' } },
            { patch, target: { annotationSelector: 'of=by-annotation' } },
            { patch, target: { version: 'v1', kind: 'ConfigMap', name: 'by-n.*', namespace: ns } },
            { patch, target: { group: 'apps', kind: 'ConfigMap' } },
            { patch, target: { version: 'v2', kind: 'ConfigMap' } },
            { patch, target: { kind: 'ConfigMap', namespace: 'elsewhere' } },
          ],
        },
      },
    ],
  })),
  scenario('images-by-tag-and-digest', ns => ({
    steps: [
      {
        does: 'a tag for one, a digest for the others',
        files: { 'a.yaml': yaml(pod(ns)) },
        spec: {
          images: [
            { name: 'nginx', newTag: '1.0' },
            { name: 'redis', newName: 'mirror.example.com/redis', digest },
          ],
        },
      },
    ],
  })),
  scenario('said-as-it-is-by-default', ns => ({
    steps: [
      {
        does: 'what would be so anyway',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '${none}' })) },
        objects: [configMap('some', ns, { two: '2' })],
        spec: {
          force: false,
          wait: false,
          ignoreMissingComponents: false,
          postBuild: {
            substituteStrategy: 'WithVariables',
            substituteFrom: [{ kind: 'ConfigMap', name: 'some', optional: false }],
          },
        },
      },
      {
        does: 'with the variable',
        spec: { postBuild: { substitute: { none: 'x' } } },
      },
    ],
  })),
];
