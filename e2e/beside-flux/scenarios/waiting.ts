import { configMap, custom, definition, ks, ref, scenario, yaml } from './build.ts';

const status = (ready: string, message = 'as told') => ({
  observedGeneration: 1,
  conditions: [
    { type: 'Ready', status: ready, reason: 'Told', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
});
const widget = (group: string, name = 'w') => ({
  apiVersion: `${group}/v1`,
  kind: 'Widget',
  namespace: '',
  name,
});

/** Sources, dependencies and health. */
export const waiting = [
  scenario('no-source', () => ({
    steps: [
      { does: 'a source that is not there', spec: { sourceRef: { kind: 'GitRepository', name: 'none' } } },
    ],
  })),
  scenario('no-artifact', ns => ({
    steps: [
      { does: 'a source without an artifact' },
      { does: 'the artifact comes', files: { 'a.yaml': yaml(configMap('a', ns, {})) } },
    ],
  })),
  scenario('origin-revision', ns => ({
    steps: [
      {
        does: 'an artifact that names its origin',
        files: { 'a.yaml': yaml(configMap('a', ns, {})) },
        artifactMetadata: { 'org.opencontainers.image.revision': 'main@sha1:0123' },
      },
    ],
  })),
  scenario('suspended', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'suspended from the start',
        files: { 'a.yaml': yaml(configMap('a', ns, {})) },
        spec: { suspend: true },
        rests: true,
      },
      { does: 'resumed', spec: { suspend: false } },
      { does: 'suspended again', spec: { suspend: true }, rests: true },
      { does: 'a revision meanwhile', files: { 'a.yaml': yaml(configMap('b', ns, {})) }, rests: true },
      { does: 'deleted while suspended', deleted: true },
    ],
  })),
  scenario('dependency-missing', ns => ({
    steps: [
      {
        does: 'a dependency that is not there',
        files: { 'app/a.yaml': yaml(configMap('a', ns, {})), 'base/b.yaml': yaml(configMap('b', ns, {})) },
        spec: { path: './app', dependsOn: [{ name: 'base' }] },
      },
      { does: 'the dependency comes', objects: [ks('base', ns, { path: './base' })], becomes: 'True' },
    ],
  })),
  scenario('dependency-fails', ns => ({
    steps: [
      {
        does: 'a dependency that fails',
        objects: [ks('base', ns, { path: './none' })],
        files: { 'app/a.yaml': yaml(configMap('a', ns, {})) },
        spec: { path: './app', dependsOn: [{ name: 'base' }] },
      },
    ],
  })),
  scenario('ready-expression', ns => {
    const files = { 'app/a.yaml': yaml(configMap('a', ns, {})), 'base/b.yaml': yaml(configMap('b', ns, {})) };
    const base = {
      ...ks('base', ns, { path: './base' }),
      metadata: { name: 'base', namespace: ns, labels: { v: '2' } },
    };
    const spec = (readyExpr: string) => ({ path: './app', dependsOn: [{ name: 'base', readyExpr }] });
    return {
      steps: [
        { does: 'true', objects: [base], files, spec: spec(`dep.metadata.labels.v == '2'`) },
        { does: 'of both', spec: spec(`dep.metadata.namespace == self.metadata.namespace`) },
        { does: 'false', spec: spec(`dep.metadata.labels.v == '3'`) },
        { does: 'a member that is not there', spec: spec(`dep.metadata.labels.none == '3'`) },
        { does: 'no truth value', spec: spec(`dep.metadata.name`) },
        { does: 'no expression', spec: spec(`dep.metadata.labels.v ==`) },
        { does: 'a name that nobody knows', spec: spec(`other.metadata.name == 'x'`) },
        {
          does: 'mended',
          spec: spec(`dep.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')`),
        },
      ],
    };
  }),
  scenario('health-checks', ns => {
    const group = 'health.golden.dev';
    const check = { apiVersion: `${group}/v1`, kind: 'Widget', name: 'w', namespace: ns };
    return {
      steps: [
        {
          does: 'an object without a status',
          files: {
            'a.yaml': yaml(definition('Widget', group), custom('Widget', group, 'w', ns, { size: 1 })),
          },
          spec: { healthChecks: [check], timeout: '30s' },
        },
        {
          does: 'it becomes ready',
          change: [{ ref: widget(group), patch: { status: status('True') }, subresource: 'status' }],
          request: true,
        },
        {
          does: 'it fails',
          change: [{ ref: widget(group), patch: { status: status('False') }, subresource: 'status' }],
          request: true,
        },
        { does: 'another that is not there', spec: { healthChecks: [{ ...check, name: 'none' }] } },
        { does: 'none is checked', spec: { healthChecks: null } },
      ],
    };
  }),
  scenario('wait', ns => {
    const group = 'wait.golden.dev';
    return {
      steps: [
        {
          does: 'all objects are waited for',
          files: {
            'a.yaml': yaml(definition('Widget', group), custom('Widget', group, 'w', ns, { size: 1 })),
          },
          spec: { wait: true, timeout: '30s' },
        },
        {
          does: 'one is not ready',
          change: [{ ref: widget(group), patch: { status: status('Unknown') }, subresource: 'status' }],
          request: true,
        },
        {
          does: 'it becomes ready',
          change: [{ ref: widget(group), patch: { status: status('True') }, subresource: 'status' }],
          request: true,
        },
        {
          does: 'a new revision',
          files: { 'b.yaml': yaml(configMap('b', ns, { one: '1' })) },
        },
      ],
    };
  }),
  scenario('health-expressions', ns => {
    const group = 'expressions.golden.dev';
    const expression = { apiVersion: `${group}/v1`, kind: 'Widget' };
    const says = (phase: string) => [
      { ref: widget(group), patch: { status: { phase } }, subresource: 'status' as const },
    ];
    const files = {
      'a.yaml': yaml(definition('Widget', group), custom('Widget', group, 'w', ns, { size: 1 })),
    };
    const healthCheckExprs = [
      {
        ...expression,
        current: `status.phase == 'Good'`,
        failed: `status.phase == 'Bad'`,
        inProgress: `status.phase == 'Busy'`,
      },
    ];
    return {
      steps: [
        { does: 'no status yet', files, spec: { wait: true, timeout: '30s', healthCheckExprs } },
        { does: 'current', change: says('Good'), request: true },
        { does: 'failed', change: says('Bad'), request: true },
        { does: 'in progress', change: says('Busy'), request: true },
        { does: 'neither', change: says('Odd'), request: true },
        {
          does: 'an expression that is none',
          spec: { healthCheckExprs: [{ ...expression, current: `status.phase ==` }] },
        },
        {
          does: 'one that is no truth value',
          spec: { healthCheckExprs: [{ ...expression, current: `status.phase` }] },
        },
      ],
    };
  }),
  scenario('service-account', ns => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'deployer', namespace: ns },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }],
    };
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'deployer', namespace: ns },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: ns }],
    };
    return {
      look: [ref('ConfigMap', 'a')],
      steps: [
        {
          does: 'an account without rights',
          files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) },
          spec: { serviceAccountName: 'deployer' },
        },
        {
          does: 'it gets them',
          rests: true,
          objects: [
            { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer', namespace: ns } },
            role,
            binding,
          ],
        },
        { does: 'and is asked to begin', request: true, becomes: 'True' },
        { does: 'an object elsewhere', files: { 'b.yaml': yaml(configMap('b', 'default', { one: '1' })) } },
        { does: 'the Kustomization goes', files: { 'b.yaml': null }, deleted: true },
      ],
    };
  }),
  scenario('history', ns => ({
    steps: Array.from({ length: 7 }, (_, i) => ({
      does: `revision ${i}`,
      files: { 'a.yaml': yaml(configMap('a', ns, { one: String(i) })) },
    })),
  })),
  scenario('event-metadata', ns => ({
    steps: [
      {
        does: 'annotations for events',
        metadata: { annotations: { 'event.toolkit.fluxcd.io/team': 'a', other: 'b' } },
        files: { 'a.yaml': yaml(configMap('a', ns, {})) },
      },
    ],
  })),
  ...['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'].map(deletionPolicy =>
    scenario(`deletion-${deletionPolicy.toLowerCase()}`, ns => ({
      look: [ref('ConfigMap', 'a'), ref('ConfigMap', 'b')],
      steps: [
        {
          does: 'two objects',
          files: {
            'a.yaml': yaml(
              configMap('a', ns, {}),
              configMap('b', ns, {}, { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } }),
            ),
          },
          spec: { deletionPolicy, prune: deletionPolicy === 'MirrorPrune' },
        },
        { does: 'the Kustomization goes', deleted: true },
      ],
    })),
  ),
  scenario('deletion-without-prune', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      { does: 'an object', files: { 'a.yaml': yaml(configMap('a', ns, {})) }, spec: { prune: false } },
      { does: 'the Kustomization goes', deleted: true },
    ],
  })),
  scenario('drift-ignored', ns => ({
    steps: [
      {
        does: 'a path is ignored',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '1', two: '2' })) },
        spec: { ignore: [{ paths: ['/data/one'], target: { kind: 'ConfigMap', name: 'a' } }] },
      },
      {
        does: 'somebody changes it',
        change: [{ ref: ref('ConfigMap', 'a'), patch: { data: { one: 'theirs' } } }],
        request: true,
      },
      {
        does: 'somebody changes what is not ignored',
        change: [{ ref: ref('ConfigMap', 'a'), patch: { data: { two: 'theirs' } } }],
        request: true,
      },
      { does: 'a new revision', files: { 'a.yaml': yaml(configMap('a', ns, { one: '3', two: '3' })) } },
      { does: 'the rule goes', spec: { ignore: null } },
    ],
  })),
  scenario('remote-cluster-missing', ns => ({
    steps: [
      {
        does: 'a kubeconfig that is not there',
        files: { 'a.yaml': yaml(configMap('a', ns, {})) },
        spec: { kubeConfig: { secretRef: { name: 'none' } } },
      },
      {
        does: 'a Secret without one',
        objects: [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'none', namespace: ns },
            data: { a: 'Yg==' },
          },
        ],
        request: true,
      },
    ],
  })),
];
