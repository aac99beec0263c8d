import { chart, configMap, deployment, ref, scenario, template } from './build.ts';

const labelled = (name: string) =>
  configMap(name, { a: '1' }, { labels: { of: name }, annotations: { of: name } });
const names = ['by-label', 'by-annotation', 'by-name', 'by-kind', 'unmatched'];
const all = { 'templates/more.yaml': template(...names.map(labelled)) };
const patch = '- {op: add, path: /data/patched, value: "true"}';

/** Rules and patches say which objects they are for. */
export const selecting = [
  scenario('drift-ignored-by-selectors', ns => ({
    steps: [
      {
        does: 'rules for objects of every description',
        chart: chart('1.0.0', all),
        spec: {
          driftDetection: {
            mode: 'enabled',
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
      },
      {
        does: 'somebody changes all of them',
        change: names.map(name => ({ ref: ref('ConfigMap', name), patch: { data: { a: 'theirs' } } })),
        request: true,
      },
    ],
  })),
  scenario('drift-ignored-by-bad-selectors', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'a selector that is none, and somebody changes what it would be for',
        change: [{ ref: ref('ConfigMap', 'app'), patch: { data: { motto: 'theirs' } } }],
        spec: {
          driftDetection: {
            mode: 'enabled',
            ignore: [{ paths: ['/data/motto'], target: { labelSelector: 'a in b' } }],
          },
        },
        endless: true,
        becomes: 'False',
      },
    ],
  })),
  scenario('post-renderers-by-selectors', ns => ({
    steps: [
      {
        does: 'patches for objects of every description, and an image by its digest',
        chart: chart('1.0.0', { ...all, 'templates/web.yaml': template(deployment('web', 'a:1')) }),
        spec: {
          install: { disableWait: true },
          upgrade: { disableWait: true },
          postRenderers: [
            {
              kustomize: {
                patches: [
                  { patch, target: { labelSelector: 'of=by-label' } },
                  { patch, target: { annotationSelector: 'of=by-annotation' } },
                  { patch, target: { version: 'v1', kind: 'ConfigMap', name: 'by-n.*' } },
                  { patch, target: { group: 'apps', kind: 'ConfigMap' } },
                  { patch, target: { version: 'v2', kind: 'ConfigMap' } },
                  { patch, target: { kind: 'ConfigMap', namespace: 'elsewhere' } },
                ],
                images: [
                  {
                    name: 'a',
                    digest: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
                  },
                ],
              },
            },
          ],
        },
      },
      {
        does: 'a patch for the namespace of the release',
        spec: {
          postRenderers: [
            { kustomize: { patches: [{ patch, target: { kind: 'ConfigMap', namespace: ns } }] } },
            { kustomize: { images: [{ name: 'a', newTag: '2' }] } },
          ],
        },
      },
    ],
  })),
  scenario('selectors-that-are-none', () => ({
    steps: [
      {
        does: 'labels of a patch',
        chart: chart(),
        spec: {
          postRenderers: [{ kustomize: { patches: [{ patch, target: { labelSelector: 'a in b' } }] } }],
        },
        endless: true,
      },
      {
        does: 'a name of a patch',
        spec: { postRenderers: [{ kustomize: { patches: [{ patch, target: { name: '(' } }] } }] },
        endless: true,
        becomes: 'False',
      },
      { does: 'none', spec: { postRenderers: null } },
    ],
  })),
  scenario('paths-that-are-none', () => ({
    steps: [
      {
        does: 'an ignored path that is no pointer',
        chart: chart(),
        spec: { driftDetection: { mode: 'enabled', ignore: [{ paths: ['data.motto'] }] } },
      },
      {
        does: 'somebody changes what it would be',
        change: [{ ref: ref('ConfigMap', 'app'), patch: { data: { motto: 'theirs' } } }],
        request: true,
      },
    ],
  })),
  scenario('labels-that-are-none', () => ({
    steps: [
      {
        does: 'a label that is refused',
        chart: chart(),
        spec: { commonMetadata: { labels: { team: 'not a value!' } } },
      },
      {
        does: 'an annotation that is',
        spec: { commonMetadata: { annotations: { 'not a key!': 'a' }, labels: null } },
      },
    ],
  })),
];
