import type { JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

const core = '/api/v1/namespaces/default';
const networking = '/apis/networking.k8s.io/v1/namespaces/default';
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const wildcard =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What kube-apiserver v1.36.3 says of the same. */
const cases: readonly (readonly [what: string, path: string, object: string, causes: string[]])[] = [
  [
    'an Ingress for odd hosts and paths',
    `${networking}/ingresses`,
    `spec:
  ingressClassName: A B
  tls: [{hosts: ["*"]}]
  rules:
  - host: 1.2.3.4
    http: {paths: [{path: /a//b, pathType: Exact, backend: {service: {name: q, port: {number: 1}}}}]}
  - host: a.*.b`,
    [
      'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
      `spec.rules[0].http.paths[0].path: Invalid value: "/a//b": must not contain '//'`,
      `spec.rules[1].host: Invalid value: "a.*.b": ${wildcard}`,
      `spec.tls[0].hosts[0]: Invalid value: "*": ${wildcard}`,
      `spec.ingressClassName: Invalid value: "A B": ${subdomain}`,
    ],
  ],
  [
    'a NetworkPolicy with odd blocks and ranges of ports',
    `${networking}/networkpolicies`,
    `spec:
  podSelector: {}
  ingress:
  - from: [{ipBlock: {cidr: 10.0.0.0/33}}, {ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8, 10.1.0.0/16]}}]
    ports: [{endPort: 3}, {port: 5, endPort: 3}, {port: web, endPort: 90}]`,
    [
      'spec.ingress[0].ports[0].endPort: Invalid value: 3: may not be specified when `port` is not specified',
      'spec.ingress[0].ports[1].endPort: Invalid value: 5: must be greater than or equal to `port`',
      'spec.ingress[0].ports[2].endPort: Invalid value: 90: may not be specified when `port` is non-numeric',
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "11.0.0.0/8": must be a strict subset of `cidr`',
    ],
  ],
  [
    'an autoscaler that does not say by what',
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    `spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}
  maxReplicas: 2
  metrics:
  - {type: Foo}
  - {type: Resource, resource: {name: cpu, target: {type: Utilization}}}
  - {type: Object}
  - {type: Pods, pods: {metric: {name: rps}, target: {type: Value, value: 1}}}
  behavior: {scaleUp: {selectPolicy: Foo, stabilizationWindowSeconds: 9999, policies: [{type: Pods, value: 1, periodSeconds: 1801}]}}`,
    [
      'spec.metrics[0].type: Unsupported value: "Foo": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[1].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
      'spec.metrics[2].object: Required value: must populate information for the given metric source',
      'spec.metrics[3].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 9999: must be less than or equal to 3600',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Foo": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  ],
  [
    'a quota of what there is none',
    `${core}/resourcequotas`,
    'spec: {hard: {foo: 1, pods: 1.5, requests.cpu: -1}, scopes: [BestEffort, NotBestEffort, Foo]}',
    [
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota',
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[requests.cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Foo"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Foo"]: unsupported scope',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Foo"]: conflicting scopes',
    ],
  ],
  [
    'a quota whose selector is none',
    `${core}/resourcequotas`,
    `spec:
  hard: {pods: 1}
  scopeSelector: {matchExpressions: [{scopeName: BestEffort, operator: In, values: [a]}, {scopeName: PriorityClass, operator: In}]}`,
    [
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exists\' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ],
  [
    'limits that contradict each other',
    `${core}/limitranges`,
    `spec:
  limits:
  - {type: Container, default: {cpu: 200m}, defaultRequest: {cpu: 300m}, max: {cpu: 100m}, min: {cpu: 150m}}
  - {type: Foo, max: {cpu: 1}}
  - {type: Pod, default: {cpu: 1}}
  - {type: PersistentVolumeClaim}`,
    [
      'spec.limits[0].min[cpu]: Invalid value: "150m": min value 150m is greater than max value 100m',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "300m": default request value 300m is greater than max value 100m',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "300m": default request value 300m is greater than default limit value 200m',
      'spec.limits[0].default[cpu]: Invalid value: "100m": default value 200m is greater than max value 100m',
      'spec.limits[1].type: Invalid value: "Foo": must be a standard limit type or fully qualified',
      "spec.limits[2].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[3].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
  ],
  [
    'a budget with a policy that there is not',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    'spec: {minAvailable: 1, selector: {}, unhealthyPodEvictionPolicy: X}',
    [
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
  [
    'a volume of two kinds',
    '/api/v1/persistentvolumes',
    'spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /a}, nfs: {server: a, path: /}, persistentVolumeReclaimPolicy: X}',
    [
      'spec.nfs: Forbidden: may not specify more than 1 volume type',
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "X": supported values: "Delete", "Recycle", "Retain"',
    ],
  ],
  [
    'a lease of no time',
    '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    'spec: {leaseDurationSeconds: 0, leaseTransitions: -1}',
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'an event of another namespace',
    `${core}/events`,
    'involvedObject: {namespace: other}',
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    'a policy whose condition has no name that can be told',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    `spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  matchConditions: [{name: a b, expression: "true"}]
  validations: [{expression: "true"}]`,
    [
      `spec.matchConditions[0].name: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ],
  [
    'a Role for what is no resource',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
    'rules: [{verbs: [get], nonResourceURLs: [/x]}]',
    ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  ],
];

const object = (text: string) => parseAll(text)[0] as JsonObject;
const causesOf = (body: { details?: { causes?: { field?: string; message: string }[] } }) =>
  body.details?.causes?.map(({ field, message }) => `${field}: ${message}`);

test.each(cases)('refuses %s', async (_what, path, text, causes) => {
  const given = object(text);
  const answer = await client.post(`${path}?dryRun=All`, { metadata: { name: 'odd' }, ...given });
  expect(answer.code).toBe(422);
  expect(causesOf(answer.body)).toEqual(causes);
});

const schema =
  '{openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {x: {type: object}}}}}}';

test.each([
  [
    'preserveUnknownFields: true',
    '',
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'conversion: {strategy: Webhook}',
    '',
    [
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ],
  ],
  [
    'conversion: {strategy: Foo}',
    '',
    ['spec.conversion.strategy: Unsupported value: "Foo": supported values: "None", "Webhook"'],
  ],
  [
    '',
    ', deprecationWarning: x',
    ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
  ],
  [
    '',
    ', additionalPrinterColumns: [{name: "", type: foo, format: zz, jsonPath: spec}]',
    [
      'spec.additionalPrinterColumns[0].name: Required value',
      'spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].format: Invalid value: "zz": must be one of byte,date,date-time,double,float,int32,int64,password',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ],
  [
    '',
    ', subresources: {scale: {specReplicasPath: .x, statusReplicasPath: .a, labelSelectorPath: .b}}',
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".x": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Invalid value: ".a": should be a json path under .status',
      'spec.subresources.scale.labelSelectorPath: Invalid value: ".b": should be a json path under either .spec or .status',
    ],
  ],
  [
    '',
    ', selectableFields: [{jsonPath: .spec.y}, {jsonPath: x}, {jsonPath: .spec.x}]',
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.y": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[1].jsonPath: Invalid value: "x": is an invalid path: expected [ or . but got: x',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec.x": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
  ],
])('refuses a definition with %s%s', async (ofSpec, ofVersion, causes) => {
  const text = `metadata: {name: odds.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {plural: odds, kind: Odd}
  versions: [{name: v1, served: true, storage: true, schema: ${schema}${ofVersion}}]
  ${ofSpec}`;
  const answer = await client.post(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All',
    object(text),
  );
  expect(causesOf(answer.body)).toEqual(causes);
});
