import { chart, configMap, custom, definition, ref, scenario, service, template } from './build.ts';

const look = [ref('CustomResourceDefinition', 'widgets.skip.golden.dev')];
const widgets = (group: string, labels?: Record<string, string>) =>
  template(definition('Widget', group, labels));
const theirs = { ref: ref('ConfigMap', 'app'), patch: { data: { motto: 'theirs', other: 'theirs' } } };
const serving = (port: number) => ({
  'templates/serving.yaml': template(service('serving', port)),
});

/** How objects are written, definitions brought and drift put back. */
export const applying = [
  scenario('crds-create', () => ({
    look: [ref('CustomResourceDefinition', 'widgets.create.golden.dev')],
    steps: [
      {
        does: 'a definition and an object of it',
        chart: chart('1.0.0', {
          'crds/widgets.yaml': widgets('create.golden.dev'),
          'templates/widget.yaml': template(custom('Widget', 'create.golden.dev', 'w', { size: 1 })),
        }),
      },
      {
        does: 'another definition, which is not brought',
        chart: chart('1.1.0', {
          'crds/widgets.yaml': widgets('create.golden.dev', { edition: 'second' }),
          'templates/widget.yaml': template(custom('Widget', 'create.golden.dev', 'w', { size: 2 })),
        }),
      },
    ],
  })),
  scenario('crds-replace', () => ({
    look: [ref('CustomResourceDefinition', 'widgets.replace.golden.dev')],
    steps: [
      {
        does: 'a definition',
        chart: chart('1.0.0', { 'crds/widgets.yaml': widgets('replace.golden.dev', { edition: 'first' }) }),
        spec: { install: { crds: 'CreateReplace' }, upgrade: { crds: 'CreateReplace' } },
      },
      {
        does: 'another one, which is brought',
        chart: chart('1.1.0', { 'crds/widgets.yaml': widgets('replace.golden.dev', { edition: 'second' }) }),
      },
      { does: 'it goes, and the definition stays', deleted: true },
    ],
  })),
  scenario('crds-skip', () => ({
    look,
    steps: [
      {
        does: 'a definition that is not brought',
        chart: chart('1.0.0', { 'crds/widgets.yaml': widgets('skip.golden.dev') }),
        spec: { install: { crds: 'Skip' } },
      },
    ],
  })),
  scenario('crds-foreign', () => ({
    look: [ref('ConfigMap', 'stranger')],
    steps: [
      {
        does: 'something else beside a definition',
        chart: chart('1.0.0', {
          'crds/all.yaml': `${widgets('foreign.golden.dev')}---\n${template(configMap('stranger', {}))}`,
        }),
      },
    ],
  })),
  scenario('crds-invalid', () => ({
    steps: [
      {
        does: 'a definition that is refused',
        chart: chart('1.0.0', {
          'crds/widgets.yaml': widgets('invalid.golden.dev').replace('scope: Namespaced', 'scope: Nowhere'),
        }),
        endless: true,
      },
    ],
  })),
  scenario('unknown-kind', () => ({
    steps: [
      {
        does: 'an object of a kind that is not served',
        chart: chart('1.0.0', {
          'templates/widget.yaml': template(custom('Nothing', 'nowhere.golden.dev', 'w', {})),
        }),
        endless: true,
      },
    ],
  })),
  scenario('bad-yaml', () => ({
    steps: [
      {
        does: 'a template that makes no YAML',
        chart: chart('1.0.0', { 'templates/bad.yaml': 'a: [1\n' }),
        endless: true,
      },
    ],
  })),
  scenario('client-side', () => ({
    steps: [
      {
        does: 'written as Helm 3 did',
        chart: chart('1.0.0', serving(80)),
        spec: { install: { serverSideApply: false } },
      },
      { does: 'somebody adds to it, and an upgrade', change: [theirs], spec: { values: { motto: 'two' } } },
      { does: 'another port', chart: chart('1.1.0', serving(81)) },
      { does: 'server-side from now on', spec: { upgrade: { serverSideApply: 'enabled' }, values: null } },
      { does: 'and back', spec: { upgrade: { serverSideApply: 'disabled' }, values: { motto: 'three' } } },
    ],
  })),
  scenario('client-side-rolled-back', () => ({
    steps: [
      {
        does: 'written as Helm 3 did',
        chart: chart('1.0.0', serving(80)),
        spec: {
          install: { serverSideApply: false },
          upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
        },
      },
      {
        does: 'an upgrade that is refused',
        chart: chart('1.1.0', serving(81)),
        spec: { values: { broken: true, motto: 'two' } },
      },
    ],
  })),
  scenario('client-side-adoption', () => ({
    steps: [
      {
        does: 'an object of a stranger',
        chart: chart(),
        objects: [configMap('app', { motto: 'theirs', other: 'theirs' })],
        spec: { install: { serverSideApply: false } },
      },
    ],
  })),
  scenario('conflict', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'somebody takes a field, and an upgrade',
        change: [theirs],
        spec: { values: { motto: 'two' } },
      },
    ],
  })),
  scenario('force', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', serving(80)),
        spec: { install: { serverSideApply: false }, upgrade: { force: true } },
      },
      {
        does: 'replaced by force',
        change: [theirs],
        chart: chart('1.1.0', serving(81)),
        spec: { values: { motto: 'two' } },
      },
    ],
  })),
  scenario('immutable', () => ({
    steps: [
      {
        does: 'an object that cannot be changed',
        chart: chart('1.0.0', {
          'templates/fixed.yaml': template({ ...configMap('fixed', { a: '1' }), immutable: true }),
        }),
        spec: { upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
      {
        does: 'it is to be changed',
        chart: chart('1.1.0', {
          'templates/fixed.yaml': template({ ...configMap('fixed', { a: '2' }), immutable: true }),
        }),
      },
    ],
  })),
  scenario('drift', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { driftDetection: { mode: 'enabled' } } },
      { does: 'somebody changes it', change: [theirs], request: true },
      { does: 'somebody deletes it', remove: [ref('ConfigMap', 'app')], request: true },
    ],
  })),
  scenario('drift-warned', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { driftDetection: { mode: 'warn' } } },
      { does: 'somebody changes it', change: [theirs], request: true },
      { does: 'somebody deletes it', remove: [ref('ConfigMap', 'app')], request: true },
      { does: 'nobody minds', spec: { driftDetection: { mode: 'disabled' } } },
    ],
  })),
  scenario('drift-ignored', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', {
          'templates/more.yaml': template(
            configMap('second', { a: '1', b: '1' }),
            configMap('third', { a: '1' }),
          ),
        }),
        spec: {
          driftDetection: {
            mode: 'enabled',
            ignore: [
              { paths: ['/data/motto'], target: { kind: 'ConfigMap', name: 'app' } },
              { paths: [''], target: { kind: 'ConfigMap', name: 'third' } },
            ],
          },
        },
      },
      {
        does: 'somebody changes what is ignored',
        change: [
          { ref: ref('ConfigMap', 'app'), patch: { data: { motto: 'theirs' } } },
          { ref: ref('ConfigMap', 'third'), patch: { data: { a: 'theirs' } } },
        ],
        request: true,
      },
      {
        does: 'somebody changes what is not',
        change: [{ ref: ref('ConfigMap', 'second'), patch: { data: { a: 'theirs', b: null } } }],
        request: true,
      },
    ],
  })),
  scenario('drift-excluded', () => ({
    steps: [
      {
        does: 'objects that nobody looks at',
        chart: chart('1.0.0', {
          'templates/more.yaml': template(
            configMap(
              'second',
              { a: '1' },
              { annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' } },
            ),
          ),
        }),
        spec: { driftDetection: { mode: 'enabled' } },
      },
      {
        does: 'somebody changes one of them and marks another',
        change: [
          { ref: ref('ConfigMap', 'second'), patch: { data: { a: 'theirs' } } },
          {
            ref: ref('ConfigMap', 'app'),
            patch: {
              metadata: { annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' } },
              data: { motto: 'theirs' },
            },
          },
        ],
        request: true,
      },
    ],
  })),
  scenario('drift-of-many', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', {
          'templates/more.yaml': template(service('serving', 80), configMap('second', { a: '1' }), {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'third' },
            stringData: { word: 'secret' },
          }),
        }),
        spec: { driftDetection: { mode: 'enabled' } },
      },
      {
        does: 'somebody changes and deletes',
        change: [
          theirs,
          {
            ref: ref('Service', 'serving'),
            patch: { metadata: { labels: { own: 'theirs' } }, spec: { selector: { app: 'theirs' } } },
          },
        ],
        remove: [ref('ConfigMap', 'second')],
        request: true,
      },
    ],
  })),
  scenario('post-renderers', () => ({
    steps: [
      {
        does: 'a patch',
        chart: chart('1.0.0', {
          'templates/job.yaml': template(
            configMap('hook', { a: '1' }, { annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } }),
          ),
        }),
        spec: {
          postRenderers: [
            {
              kustomize: {
                patches: [
                  {
                    target: { kind: 'ConfigMap', name: '.*' },
                    patch: '- {op: add, path: /data/patched, value: "true"}',
                  },
                ],
              },
            },
          ],
        },
      },
      {
        does: 'another patch and an image',
        spec: {
          postRenderers: [
            {
              kustomize: {
                patches: [
                  {
                    patch:
                      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {strategic: "true"}\n',
                  },
                ],
                images: [{ name: 'a', newName: 'b', newTag: '1' }],
              },
            },
          ],
        },
      },
      { does: 'none', spec: { postRenderers: null } },
    ],
  })),
  ...(['nohooks', 'combined', 'separate'] as const).map(strategy =>
    scenario(`post-render-${strategy}`, () => ({
      look: [ref('ConfigMap', 'hook')],
      steps: [
        {
          does: 'a patch of everything',
          chart: chart('1.0.0', {
            'templates/job.yaml': template(
              configMap('hook', { a: '1' }, { annotations: { 'helm.sh/hook': 'pre-install' } }),
            ),
          }),
          spec: {
            postRenderStrategy: strategy,
            commonMetadata: { labels: { team: 'a' } },
            postRenderers: [
              {
                kustomize: {
                  patches: [
                    {
                      target: { kind: 'ConfigMap' },
                      patch: '- {op: add, path: /data/patched, value: "true"}',
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
    })),
  ),
  scenario('post-renderer-fails', () => ({
    steps: [
      {
        does: 'a patch of nothing',
        chart: chart(),
        spec: {
          postRenderers: [
            {
              kustomize: {
                patches: [
                  {
                    target: { kind: 'ConfigMap' },
                    patch: '- {op: replace, path: /data/none/at/all, value: "true"}',
                  },
                ],
              },
            },
          ],
        },
        endless: true,
      },
    ],
  })),
];
