import type { JsonObject } from '@millrace/json';
import type { Plain } from '../../beside/scene.ts';
import { configMap, kustomizationFile, ref, scenario, yaml } from './build.ts';

/** One folder as it is, and no more. */
const found = (name: string, files: (ns: string) => Record<string, string>, spec: Plain = {}) =>
  scenario(name, ns => ({ steps: [{ does: 'what is in the folder', files: files(ns), spec }] }));

const secret = (ns: string, more: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', namespace: ns },
  ...more,
});
const service = (ns: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: ns },
  spec,
});
const deployment = (ns: string, container: JsonObject, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: ns },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx', ...container }] },
    },
    ...spec,
  },
});
const chosenBy = (labels: JsonObject): JsonObject => ({
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
});
const plain = (name: string, ns: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${ns}}\n`;

/** Manifests as they are met in repositories, odd ones among them. */
export const things = [
  found('exported', ns => ({
    'a.yaml': `${plain('a', ns).replace('metadata: {', 'metadata: {uid: 7f0d1a3c-5f0e-4b7e-9d57-0c5bd0cf2b0a, generation: 4, creationTimestamp: "2020-01-01T00:00:00Z", selfLink: /api, ')}data: {a: b}\n`,
  })),
  found('exported-with-managers', ns => ({
    'a.yaml': yaml({
      ...configMap('a', ns, { a: 'b' }),
      metadata: {
        name: 'a',
        namespace: ns,
        managedFields: [
          {
            manager: 'kubectl',
            operation: 'Update',
            apiVersion: 'v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': {} },
          },
        ],
      },
    }),
  })),
  found('with-status', ns => ({
    'a.yaml': yaml({ ...service(ns, { ports: [{ port: 80 }] }), status: { loadBalancer: {} } }),
  })),
  found('no-labels', ns => ({
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: ${ns}\n  labels:\n  annotations: {}\ndata:\n`,
  })),
  found('nulls', ns => ({
    'a.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: ${ns}, labels: {l: null, m: x}, annotations: {n: null, o: x}}
data: {a: null, b: x, c: ""}
binaryData: null
---
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: ${ns}, labels: null}
stringData: {a: null, b: x}
---
apiVersion: v1
kind: Service
metadata: {name: c, namespace: ${ns}, annotations: null}
spec: {type: null, selector: {a: null, b: x}, ports: [{port: 80, name: null, nodePort: null, targetPort: null}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: ${ns}}
spec:
  replicas: null
  strategy: {type: Recreate, rollingUpdate: null}
  selector: {matchLabels: {app: d}, matchExpressions: null}
  template:
    metadata: {labels: {app: d}, annotations: null, creationTimestamp: null}
    spec:
      affinity: null
      nodeSelector: {a: null}
      tolerations: null
      containers:
      - {name: d, image: nginx, args: null, env: [{name: A, value: null}], resources: {limits: null, requests: {cpu: 1}}, livenessProbe: null, securityContext: null}
      volumes: [{name: v, emptyDir: null}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: e, namespace: ${ns}}
automountServiceAccountToken: null
imagePullSecrets: null
`,
  })),
  found('label-that-is-a-number', ns => ({
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ${ns}, labels: {version: 1}}\n`,
  })),
  found('annotation-that-is-true', ns => ({
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ${ns}, annotations: {on: true}}\n`,
  })),
  found('data-that-is-a-number', ns => ({ 'a.yaml': `${plain('a', ns)}data: {port: 80, on: true}\n` })),
  found('data-and-string-data', ns => ({
    'a.yaml': yaml(secret(ns, { data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'other', c: 'c' } })),
  })),
  found('data-that-is-no-base-64', ns => ({ 'a.yaml': yaml(secret(ns, { data: { a: 'not base 64!' } })) })),
  found('name-that-is-generated', ns => ({
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-, namespace: ${ns}}\n`,
  })),
  found('ports-of-two-protocols', ns => ({
    'a.yaml': yaml(
      service(ns, {
        ports: [
          { name: 'tcp', port: 53, protocol: 'TCP' },
          { name: 'udp', port: 53, protocol: 'UDP' },
        ],
      }),
      deployment(ns, {
        ports: [
          { name: 'tcp', containerPort: 53, protocol: 'TCP' },
          { name: 'udp', containerPort: 53, protocol: 'UDP' },
        ],
      }),
    ),
  })),
  found('variable-twice', ns => ({
    'a.yaml': yaml(
      deployment(ns, {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
    ),
  })),
  found('port-twice', ns => ({
    'a.yaml': yaml(deployment(ns, { ports: [{ containerPort: 80 }, { containerPort: 80 }] })),
  })),
  found('quantities', ns => ({
    'a.yaml': yaml(
      deployment(
        ns,
        {
          resources: {
            requests: { cpu: 0.5, memory: '1024Mi' },
            limits: { cpu: '1000m', memory: 1073741824 },
          },
        },
        { replicas: 0 },
      ),
    ),
  })),
  found('namespace-of-what-has-none', () => ({
    'a.yaml': yaml({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 's-namespace-of-what-has-none', namespace: 'default' },
      rules: [],
    }),
  })),
  found('lists-of-kinds', ns => ({
    'a.yaml': yaml({ apiVersion: 'v1', kind: 'ConfigMapList', items: [configMap('a', ns, { a: 'b' })] }),
  })),
  found('list-in-a-list', ns => ({
    'a.yaml': yaml({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'List', items: [configMap('a', ns, { a: 'b' })] }],
    }),
  })),
  found('documents-of-every-kind', ns => ({
    'a.yaml': `# a comment\n---\n---\n${plain('a', ns)}data: {a: b}\n--- # another\n# nothing\n---\n${plain('b', ns)}data: {a: b}\n...\n---\n`,
    'b.yml': `\uFEFF${plain('c', ns)}data: {a: b}\n`,
    'c.json': JSON.stringify(configMap('d', ns, { a: 'b' })),
    'd.txt': 'not: a: manifest',
    'e.yaml': `${plain('e', ns).replaceAll('\n', '\r\n')}data: {a: "b"}\r\n`,
    '.hidden.yaml': plain('hidden', ns),
    'sub/f.yaml': plain('f', ns),
    'sub/.hidden/g.yaml': plain('g', ns),
    'other/kustomization.yaml': kustomizationFile({ resources: ['h.yaml'] }),
    'other/h.yaml': plain('h', ns),
    'other/unlisted.yaml': plain('unlisted', ns),
  })),
  found('anchors', ns => ({
    'a.yaml': `${plain('a', ns)}data: &all {a: b}\n---\n${plain('b', ns)}data:\n  <<: {c: d}\n  e: f\n`,
  })),
  found('keys-twice', ns => ({ 'a.yaml': `${plain('a', ns)}data: {a: b}\ndata: {a: c}\n` })),
  found('an-empty-file', ns => ({ 'a.yaml': '', 'b.yaml': '# nothing\n', 'c.yaml': plain('c', ns) })),
  found('a-scalar', () => ({ 'a.yaml': 'just words\n' })),
  found('values-of-a-chart', ns => ({
    'a.yaml': plain('a', ns),
    'values.yaml': 'replicas: 1\nimage: {tag: "1"}\n',
  })),
  found('kustomization-of-another-name', ns => ({
    'kustomization.yml': kustomizationFile({ resources: ['a.yaml'], namePrefix: 'x-' }),
    'a.yaml': plain('a', ns),
    'b.yaml': plain('b', ns),
  })),
  found('two-kustomizations', ns => ({
    'kustomization.yml': kustomizationFile({ resources: ['a.yaml'] }),
    'kustomization.yaml': kustomizationFile({ resources: ['a.yaml'] }),
    'a.yaml': plain('a', ns),
  })),
  found(
    'substitution-of-every-form',
    ns => ({
      'a.yaml': yaml(
        configMap('a', ns, {
          number: '${number}',
          truth: '${truth}',
          none: '"${empty}"',
          fallback: '${absent:-fall back} ${absent:=other} ${empty:-full}',
          escaped: '$${number} $number $$ $(number)',
          lower: '${word,,} ${word^^} ${#word}',
          part: '${word:1:2} ${word/o/0} ${word#W} ${word%d}',
          'key-${word,,}': 'x',
        }),
        {
          ...deployment(ns, { image: 'nginx:${number}' }),
          spec: { ...(deployment(ns, {}).spec as object), replicas: '${count}' },
        },
      )
        .replace("'${count}'", '${count}')
        .replace('"${count}"', '${count}'),
    }),
    {
      postBuild: {
        substitute: {
          number: '1.10',
          truth: 'true',
          empty: '',
          word: 'World',
          count: '2',
        },
      },
    },
  ),
  found('substitution-that-breaks-yaml', ns => ({ 'a.yaml': `${plain('a', ns)}data: {a: \${words}}\n` }), {
    postBuild: { substitute: { words: 'a: b: [' } },
  }),
  found(
    'substitution-of-a-bad-form',
    ns => ({ 'a.yaml': `${plain('a', ns)}data: {a: "\${a b} \${", c: "\${a:-\${b}}"}\n` }),
    {
      postBuild: { substitute: { a: 'x' } },
    },
  ),
  scenario('selector-that-changes', ns => ({
    steps: [
      { does: 'a Deployment', files: { 'a.yaml': yaml(deployment(ns, {})) } },
      {
        does: 'another selector',
        files: { 'a.yaml': yaml(deployment(ns, {}, chosenBy({ app: 'web', tier: 'front' }))) },
      },
      { does: 'by force', spec: { force: true } },
    ],
  })),
  scenario('replicas-of-others', ns => ({
    steps: [
      { does: 'a Deployment without replicas', files: { 'a.yaml': yaml(deployment(ns, {})) } },
      {
        does: 'somebody scales it',
        change: [
          {
            ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: ns, name: 'web' },
            patch: { spec: { replicas: 5 } },
          },
        ],
        request: true,
      },
      { does: 'replicas come', files: { 'a.yaml': yaml(deployment(ns, {}, { replicas: 2 })) } },
      { does: 'and go', files: { 'a.yaml': yaml(deployment(ns, {})) } },
    ],
  })),
  scenario('object-moves', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      { does: 'a file', files: { 'a.yaml': plain('a', ns) } },
      { does: 'another file', files: { 'a.yaml': null, 'sub/b.yaml': plain('a', ns) } },
      { does: 'nothing is left', files: { 'sub/b.yaml': null } },
    ],
  })),
  scenario('mended-in-time', ns => ({
    steps: [
      { does: 'a good revision', files: { 'a.yaml': plain('a', ns) } },
      { does: 'a bad one', files: { 'b.yaml': 'kind: [' } },
      { does: 'a good one again', files: { 'b.yaml': null } },
      { does: 'a bad object', files: { 'b.yaml': plain('Not_A_Name', ns) } },
      { does: 'good again', files: { 'b.yaml': plain('b', ns) } },
    ],
  })),
];
