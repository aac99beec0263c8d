import { configMap, custom, definition, ks, kustomizationFile, ref, scenario, yaml } from './build.ts';

/** From a commit to objects, and back. */
export const applying = [
  scenario('first-and-second-revision', ns => ({
    steps: [
      { does: 'the first revision', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
      { does: 'the second revision', files: { 'a.yaml': yaml(configMap('a', ns, { one: '2' })) } },
      { does: 'a revision without a difference', files: { README: 'x' } },
    ],
  })),
  scenario('prune', ns => ({
    look: [ref('ConfigMap', 'b')],
    steps: [
      { does: 'two objects', files: { 'a.yaml': yaml(configMap('a', ns, {}), configMap('b', ns, {})) } },
      { does: 'one of them leaves', files: { 'a.yaml': yaml(configMap('a', ns, {})) } },
    ],
  })),
  scenario('no-prune', ns => ({
    look: [ref('ConfigMap', 'b')],
    steps: [
      {
        does: 'two objects',
        files: { 'a.yaml': yaml(configMap('a', ns, {}), configMap('b', ns, {})) },
        spec: { prune: false },
      },
      { does: 'one of them leaves', files: { 'a.yaml': yaml(configMap('a', ns, {})) } },
    ],
  })),
  scenario('prune-disabled', ns => {
    const kept = { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } };
    return {
      look: [ref('ConfigMap', 'b')],
      steps: [
        {
          does: 'two objects',
          files: { 'a.yaml': yaml(configMap('a', ns, {}), configMap('b', ns, {}, kept)) },
        },
        { does: 'the kept one leaves', files: { 'a.yaml': yaml(configMap('a', ns, {})) } },
      ],
    };
  }),
  scenario('field-leaves', ns => ({
    steps: [
      { does: 'two fields', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1', two: '2' })) } },
      { does: 'one of them leaves', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
    ],
  })),
  scenario('drift', ns => ({
    steps: [
      { does: 'an object', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
      {
        does: 'somebody changes it',
        change: [{ ref: ref('ConfigMap', 'a'), patch: { data: { one: 'theirs', two: 'theirs' } } }],
        request: true,
      },
      { does: 'somebody deletes it', remove: [ref('ConfigMap', 'a')], request: true },
    ],
  })),
  scenario('request-without-change', ns => ({
    steps: [
      { does: 'an object', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
      { does: 'a request', request: true },
      { does: 'another request', request: true },
    ],
  })),
  scenario('definition-and-object', ns => ({
    steps: [
      {
        does: 'both in one revision',
        files: {
          'a.yaml': yaml(
            custom('Widget', 'one.golden.dev', 'w', ns, { size: 1 }),
            definition('Widget', 'one.golden.dev'),
          ),
        },
      },
    ],
  })),
  scenario('namespace-and-object', ns => ({
    steps: [
      {
        does: 'both in one revision',
        files: {
          'a.yaml': yaml(configMap('a', `${ns}-made`, { one: '1' }), {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: `${ns}-made` },
          }),
        },
      },
    ],
  })),
  scenario('no-namespace', () => ({
    steps: [
      {
        does: 'an object in a namespace that is not there',
        files: { 'a.yaml': yaml(configMap('a', 'nowhere-at-all', { one: '1' })) },
      },
    ],
  })),
  scenario('list', ns => ({
    steps: [
      {
        does: 'a List of two',
        files: {
          'a.yaml': yaml({
            apiVersion: 'v1',
            kind: 'List',
            items: [configMap('a', ns, { one: '1' }), configMap('b', ns, { one: '1' })],
          }),
        },
      },
    ],
  })),
  scenario('string-data', ns => ({
    steps: [
      {
        does: 'a Secret with stringData',
        files: {
          'a.yaml': yaml({
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'a', namespace: ns },
            data: { one: 'b25l' },
            stringData: { two: 'two' },
          }),
        },
      },
      {
        does: 'an entry leaves',
        files: {
          'a.yaml': yaml({
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'a', namespace: ns },
            stringData: { two: 'three' },
          }),
        },
      },
    ],
  })),
  scenario('invalid-object', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'one object is refused',
        files: {
          'a.yaml': yaml(configMap('a', ns, { one: '1' }), {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'bad', namespace: ns },
            spec: { ports: [{ port: 99999 }] },
          }),
        },
      },
      { does: 'it is mended', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
    ],
  })),
  scenario('unknown-kind', ns => ({
    steps: [
      {
        does: 'a kind that is not served',
        files: {
          'a.yaml': yaml(
            configMap('a', ns, { one: '1' }),
            custom('Gadget', 'nobody.golden.dev', 'g', ns, {}),
          ),
        },
      },
    ],
  })),
  scenario('immutable', ns => {
    const fixed = (value: string) => ({ ...configMap('a', ns, { one: value }), immutable: true });
    return {
      steps: [
        { does: 'an immutable object', files: { 'a.yaml': yaml(fixed('1')) } },
        { does: 'another content', files: { 'a.yaml': yaml(fixed('2')) } },
        { does: 'by force', spec: { force: true } },
      ],
    };
  }),
  scenario('force-annotation', ns => {
    const annotations = { 'kustomize.toolkit.fluxcd.io/force': 'enabled' };
    const fixed = (value: string) => ({
      ...configMap('a', ns, { one: value }, { annotations }),
      immutable: true,
    });
    return {
      steps: [
        { does: 'an immutable object', files: { 'a.yaml': yaml(fixed('1')) } },
        { does: 'another content', files: { 'a.yaml': yaml(fixed('2')) } },
      ],
    };
  }),
  scenario('role-reference', ns => {
    const binding = (name: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'a', namespace: ns },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: ns }],
    });
    return {
      steps: [
        { does: 'a binding', files: { 'a.yaml': yaml(binding('view')) } },
        { does: 'another role', files: { 'a.yaml': yaml(binding('edit')) } },
      ],
    };
  }),
  ...['Override', 'Merge', 'IfNotPresent', 'Ignore'].map(how =>
    scenario(`ssa-${how.toLowerCase()}`, ns => {
      const annotations = { 'kustomize.toolkit.fluxcd.io/ssa': how };
      return {
        look: [ref('ConfigMap', 'a')],
        steps: [
          { does: 'an object', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' }, { annotations })) } },
          {
            does: 'somebody changes it',
            change: [
              { ref: ref('ConfigMap', 'a'), patch: { data: { one: 'theirs', two: 'theirs' } } },
            ].filter(() => how !== 'Ignore'),
            request: true,
          },
          {
            does: 'a new revision',
            files: { 'a.yaml': yaml(configMap('a', ns, { one: '3' }, { annotations })) },
          },
        ],
      };
    }),
  ),
  scenario('reconcile-disabled', ns => {
    const disabled = { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } };
    return {
      look: [ref('ConfigMap', 'a')],
      steps: [
        { does: 'an object', files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) } },
        {
          does: 'somebody pauses it in the cluster',
          change: [{ ref: ref('ConfigMap', 'a'), patch: { metadata: disabled, data: { one: 'theirs' } } }],
          request: true,
        },
        { does: 'a new revision', files: { 'a.yaml': yaml(configMap('a', ns, { one: '2' })) } },
        { does: 'it leaves Git', files: { 'a.yaml': yaml(configMap('b', ns, { one: '2' })) } },
      ],
    };
  }),
  scenario('moved-to-another', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'an object',
        files: { 'app/a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { path: './app' },
      },
      { does: 'it is suspended', spec: { suspend: true }, rests: true },
      {
        does: 'another Kustomization applies it meanwhile',
        files: { 'other/a.yaml': yaml(configMap('a', ns, { one: '2' })) },
        objects: [ks('other', ns, { path: './other' })],
        rests: true,
      },
      { does: 'and goes on', request: true, rests: true },
      {
        does: 'it leaves',
        files: { 'app/a.yaml': null, 'app/b.yaml': yaml(configMap('b', ns, { one: '1' })) },
        spec: { suspend: false },
        becomes: 'True',
      },
    ],
  })),
  scenario('taken-over', ns => ({
    steps: [
      {
        does: 'an object that kubectl applied before',
        objects: [configMap('a', ns, { one: 'theirs', two: 'theirs' })],
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) },
      },
    ],
  })),
  scenario('hashed-names', ns => {
    const generated = (value: string) =>
      kustomizationFile({ namespace: ns, configMapGenerator: [{ name: 'a', literals: [`one=${value}`] }] });
    return {
      steps: [
        { does: 'a generated object', files: { 'kustomization.yaml': generated('1') } },
        { does: 'another content', files: { 'kustomization.yaml': generated('2') } },
      ],
    };
  }),
  scenario('cluster-scoped', () => ({
    steps: [
      {
        does: 'a ClusterRole and a PriorityClass',
        files: {
          'a.yaml': yaml(
            {
              apiVersion: 'rbac.authorization.k8s.io/v1',
              kind: 'ClusterRole',
              metadata: { name: 'golden-reader' },
              rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
            },
            {
              apiVersion: 'scheduling.k8s.io/v1',
              kind: 'PriorityClass',
              metadata: { name: 'golden' },
              value: 5,
            },
          ),
        },
      },
    ],
  })),
  scenario('service-and-role', ns => ({
    steps: [
      {
        does: 'objects of several kinds',
        files: {
          'a.yaml': yaml(
            {
              apiVersion: 'v1',
              kind: 'Service',
              metadata: { name: 's', namespace: ns },
              spec: { ports: [{ port: 80 }], selector: { app: 'x' }, clusterIP: 'None' },
            },
            { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sa', namespace: ns } },
            configMap('c', ns, { one: '1' }),
            {
              apiVersion: 'rbac.authorization.k8s.io/v1',
              kind: 'Role',
              metadata: { name: 'r', namespace: ns },
              rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
            },
          ),
        },
      },
    ],
  })),
  scenario('nothing', () => ({
    steps: [{ does: 'a revision without manifests', files: { README: 'nothing' } }],
  })),
  scenario('big-config-map', ns => ({
    steps: [
      {
        does: 'nearly a megabyte',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: 'x'.repeat(1_000_000) })) },
      },
    ],
  })),
];
