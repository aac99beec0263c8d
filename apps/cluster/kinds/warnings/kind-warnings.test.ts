import { generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { describe, expect, test } from 'vitest';
import { kindWarnings } from './kind-warnings.ts';

/** What kube-apiserver v1.36.3 warned of when it was sent the same. */
const cases: readonly (readonly [what: string, storage: string, object: string, warnings: string[]])[] = [
  [
    'labels of nodes that have other names by now',
    'apps/deployments',
    `metadata: {name: d}
spec:
  template:
    spec:
      nodeSelector: {beta.kubernetes.io/os: linux, disk: ssd}
      topologySpreadConstraints: [{topologyKey: failure-domain.beta.kubernetes.io/zone, labelSelector: {}}]
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - preference: {matchExpressions: [{key: disk, values: [ok, "-bad-"]}]}`,
    [
      'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      `spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[1]: -bad- is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      'spec.template.spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    ],
  ],
  [
    'variables that hide one another',
    '/pods',
    `metadata: {name: p}
spec:
  containers:
  - env: [{name: A, value: x}, {name: A, value: "$(A) y"}, {name: A, value: z}, {name: A, valueFrom: {}}]`,
    [
      'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
      'spec.containers[0].env[3]: hides previous definition of "A", which may be dropped when using apply',
    ],
  ],
  [
    'ports that get into each other’s way',
    'batch/jobs',
    `metadata: {name: j}
spec:
  template:
    spec:
      initContainers: [{ports: [{containerPort: 80, protocol: TCP, name: web}]}]
      containers:
      - ports:
        - {containerPort: 80, protocol: TCP, name: web}
        - {containerPort: 80, protocol: TCP, hostPort: 81}
        - {containerPort: 9, protocol: UDP, hostPort: 9}
        - {containerPort: 9, protocol: UDP, hostPort: 9, hostIP: 1.1.1.1}
        - {containerPort: 7, protocol: TCP, hostIP: 1.1.1.1}`,
    [
      'spec.template.spec.containers[0].ports[0]: duplicate port definition with spec.template.spec.initContainers[0].ports[0]',
      'spec.template.spec.containers[0].ports[1]: overlapping port definition with spec.template.spec.initContainers[0].ports[0]',
      'spec.template.spec.containers[0].ports[1]: overlapping port definition with spec.template.spec.containers[0].ports[0]',
      'spec.template.spec.containers[0].ports[3]: dangerously ambiguous port definition with spec.template.spec.containers[0].ports[2]',
      'spec.template.spec.containers[0].ports[4]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:7 Protocol:TCP HostIP:1.1.1.1}',
      'spec.template.spec.containers[0].ports[0]: duplicate port name "web" with spec.template.spec.initContainers[0].ports[0], services and probes that select ports by name will use spec.template.spec.initContainers[0].ports[0]',
    ],
  ],
  [
    'parts of bytes',
    '/persistentvolumeclaims',
    'spec: {resources: {requests: {storage: 1500m}, limits: {storage: 2Gi}}}',
    ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
  ],
  [
    'volumes of kinds that are gone, and files that cover each other',
    '/pods',
    `metadata: {name: p}
spec:
  containers: []
  volumes:
  - {name: g, gitRepo: {repository: x}}
  - {name: o, configMap: {name: m, items: [{key: a, path: p}, {key: b, path: p/q/}]}}
  - {name: r, projected: {sources: [{}, {secret: {name: z, items: [{key: a, path: t}]}}, {serviceAccountToken: {path: t}}]}}`,
    [
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
      'volume "o" (ConfigMap "m"): overlapping paths: "p/q" with "p"',
      'volume "r" (Projected) has no sources provided',
      'volume "r" (Projected): overlapping paths: "t" (ServiceAccountToken) with "t" (Secret "z")',
    ],
  ],
  [
    'names that make odd host names, and negative times',
    '/pods',
    'metadata: {name: a.b}\nspec: {containers: [], terminationGracePeriodSeconds: -1}',
    [
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ],
  ],
  [
    'what a Service says in vain, and addresses that are oddly written',
    '/services',
    `metadata: {name: s}
spec: {type: LoadBalancer, clusterIP: 10.0.0.1, externalName: x, externalIPs: ["2001:DB8::0:1"], loadBalancerIP: "::ffff:1.2.3.4"}`,
    [
      'spec.externalIPs[0]: IPv6 address "2001:DB8::0:1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
      'spec.loadBalancerIP: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ],
  ],
  [
    'networks whose addresses go beyond their prefix',
    'networking.k8s.io/networkpolicies',
    `spec:
  ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8, except: [10.1.0.0/16]}}]}]
  egress: [{to: [{ipBlock: {cidr: "2001:DB8::/32"}}]}]`,
    [
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
      'spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
    ],
  ],
  [
    'an annotation that a field has replaced',
    'networking.k8s.io/ingresses',
    'metadata: {annotations: {kubernetes.io/ingress.class: nginx}}\nspec: {}',
    [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`],
  ],
  [
    'quotas that allow more to be asked for than to be used',
    '/resourcequotas',
    'spec: {hard: {requests.cpu: "4", limits.cpu: "2", memory: 2Gi, limits.memory: 2Gi}}',
    ['ResourceQuota requests.cpu (4) should be less than limits.cpu (2)'],
  ],
  [
    'formats that mean nothing',
    'apiextensions.k8s.io/customresourcedefinitions',
    `spec:
  versions:
  - schema:
      openAPIV3Schema:
        properties:
          a: {type: string, format: zzz}
          b: {type: array, items: {type: integer, format: uint8}}
          c: {type: string, format: date-time}
          d: {anyOf: [{type: object, format: foo}]}`,
    ['unrecognized format "zzz"', 'unrecognized format "uint8"', 'unrecognized format "foo"'],
  ],
];

function object(text: string): JsonObject {
  return parseAll(text)[0] as JsonObject;
}

test.each(cases)('warns of %s', (_what, storage, text, warnings) => {
  expect(kindWarnings(storage, object(text), undefined).sort()).toEqual([...warnings].sort());
});

describe('at a change', () => {
  const pods = 'spec: {template: {spec: {nodeSelector: {beta.kubernetes.io/os: x}}}}';
  const deployment = (generation: number) =>
    object(`metadata: {name: a.b, generation: ${generation}}\n${pods}`);

  test('a workload is looked at again when it is a new generation, its name is not', () => {
    expect(kindWarnings('apps/deployments', deployment(1), deployment(1))).toEqual([]);
    expect(kindWarnings('apps/deployments', deployment(2), deployment(1))).toHaveLength(1);
    expect(kindWarnings('apps/deployments', deployment(1), undefined)).toHaveLength(2);
  });

  test('formats of a definition that stood there before are not told again', () => {
    const definition = object('spec: {versions: [{schema: {openAPIV3Schema: {type: string, format: zzz}}}]}');
    expect(kindWarnings('apiextensions.k8s.io/customresourcedefinitions', definition, definition)).toEqual(
      [],
    );
  });
});

describe('a TLS Secret', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const pem = (type: string) => `-----BEGIN ${type}-----\nYQ==\n-----END ${type}-----\n`;
  const told = (certificate: string, privateKey: string) =>
    kindWarnings(
      '/secrets',
      {
        type: 'kubernetes.io/tls',
        data: {
          'tls.crt': Buffer.from(certificate).toString('base64'),
          'tls.key': Buffer.from(privateKey).toString('base64'),
        },
      },
      undefined,
    );

  test.each([
    ['', '', 'tls: failed to find any PEM data in certificate input'],
    [
      pem('PRIVATE KEY'),
      '',
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    ],
    [pem('CERTIFICATE'), 'x', 'tls: failed to find any PEM data in key input'],
    [
      pem('CERTIFICATE'),
      pem('CERTIFICATE'),
      'tls: found a certificate rather than a key in the PEM for the private key',
    ],
    [pem('CERTIFICATE'), String(key), 'x509: malformed certificate'],
    [
      pem('FOO'),
      pem('FOO'),
      'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [FOO]',
    ],
  ])('whose parts do not fit is taken with a warning (%#)', (certificate, privateKey, warning) => {
    expect(told(certificate, privateKey)).toEqual([warning]);
  });
});

test('many ports of one number are not all compared with each other', () => {
  const ports = Array.from({ length: 5000 }, () => ({ containerPort: 80, protocol: 'TCP' }));
  const told = kindWarnings(
    '/pods',
    { metadata: { name: 'p' }, spec: { containers: [{ ports }] } },
    undefined,
  );
  expect(told.length).toBeLessThan(5000 * 51);
});
