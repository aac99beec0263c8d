import { isObject, type Json, type JsonObject } from '@millrace/json';

/** Fields to set (or, by null, to drop) in an object of a built-in type, for what it says elsewhere. */
export type ConditionalDefault = (object: JsonObject) => JsonObject;

const core = 'io.k8s.api.core.v1';
const apps = 'io.k8s.api.apps.v1';
const rbacGroup = 'rbac.authorization.k8s.io';
const none: JsonObject = {};
const crd = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/**
 * Defaults that depend on the rest of the object, by the name of its definition. They come before those of
 * `plainDefaults` and before those of what is inside.
 * Source of the facts: the Kubernetes API reference, and the defaulting of kubernetes v1.36.
 */
export const conditionalDefaults: Readonly<Record<string, ConditionalDefault>> = {
  [`${core}.Container`]: pullPolicy,
  [`${core}.EphemeralContainer`]: pullPolicy,
  [`${core}.ImageVolumeSource`]: ({ pullPolicy, reference }) =>
    pullPolicy === undefined ? { pullPolicy: pullPolicyOf(reference) } : none,
  [`${core}.Volume`]: volume => (Object.keys(volume).some(key => key !== 'name') ? none : { emptyDir: {} }),
  [`${core}.PodSpec`]: serviceAccount,
  [`${core}.Pod`]: pod,
  [`${core}.ServiceSpec`]: service,
  [`${core}.ServicePort`]: ({ targetPort, port }) =>
    targetPort === undefined || targetPort === 0 || targetPort === '' ? { targetPort: port ?? 0 } : none,
  [`${core}.Secret`]: secret,
  [`${core}.Namespace`]: namespaceLabel,
  [`${core}.NodeStatus`]: ({ allocatable, capacity }) =>
    allocatable === undefined && capacity !== undefined ? { allocatable: capacity } : none,
  [`${core}.LimitRangeItem`]: limitRange,
  [`${core}.ReplicationController`]: replicationController,
  [`${apps}.DeploymentStrategy`]: rollingUpdate,
  [`${apps}.DaemonSetUpdateStrategy`]: rollingUpdate,
  [`${apps}.StatefulSetSpec`]: claimTemplates,
  [`${apps}.StatefulSetUpdateStrategy`]: statefulSetStrategy,
  'io.k8s.api.batch.v1.Job': job,
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior': scaling,
  'io.k8s.api.networking.v1.NetworkPolicySpec': networkPolicy,
  'io.k8s.api.rbac.v1.Subject': ({ apiGroup, kind }) =>
    apiGroup === undefined && (kind === 'User' || kind === 'Group') ? { apiGroup: rbacGroup } : none,
  [`${crd}.CustomResourceDefinition`]: storedVersions,
  [`${crd}.CustomResourceDefinitionNames`]: names,
};

function pullPolicy({ imagePullPolicy, image }: JsonObject): JsonObject {
  return imagePullPolicy === undefined ? { imagePullPolicy: pullPolicyOf(image) } : {};
}

/** An image without a tag or digest means `latest`, which is pulled always. */
function pullPolicyOf(image: Json | undefined): string {
  if (typeof image !== 'string' || image === '' || image.includes('@')) return 'IfNotPresent';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** `serviceAccount` is the old name of `serviceAccountName`; both are served. */
function serviceAccount({ serviceAccount, serviceAccountName }: JsonObject): JsonObject {
  const name = serviceAccountName ?? serviceAccount;
  return name === undefined || name === '' ? none : { serviceAccountName: name, serviceAccount: name };
}

/** Only pods themselves, not templates: limits stand in for requests, links are on, host ports are container ports. */
function pod({ spec }: JsonObject): JsonObject {
  if (!isObject(spec)) return {};
  const host = spec.hostNetwork === true;
  const changed: JsonObject = { ...spec };
  for (const list of ['containers', 'initContainers']) {
    const containers = spec[list];
    if (!Array.isArray(containers)) continue;
    changed[list] = containers.map(one => (isObject(one) ? withHostPorts(withRequests(one), host) : one));
  }
  changed.enableServiceLinks ??= true;
  return { spec: changed };
}

function withRequests(container: JsonObject): JsonObject {
  const resources = container.resources;
  if (!isObject(resources) || !isObject(resources.limits)) return container;
  const requests = { ...resources.limits, ...(isObject(resources.requests) ? resources.requests : {}) };
  return { ...container, resources: { ...resources, requests } };
}

function withHostPorts(container: JsonObject, host: boolean): JsonObject {
  const ports = container.ports;
  if (!host || !Array.isArray(ports)) return container;
  return {
    ...container,
    ports: ports.map(port =>
      isObject(port) && port.hostPort === undefined && port.containerPort !== undefined
        ? { ...port, hostPort: port.containerPort }
        : port,
    ),
  };
}

function service(spec: JsonObject): JsonObject {
  const type = spec.type ?? 'ClusterIP';
  const fields: JsonObject = {};
  const external = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0 && type === 'ClusterIP';
  if (
    spec.externalTrafficPolicy === undefined &&
    (type === 'NodePort' || type === 'LoadBalancer' || external)
  ) {
    fields.externalTrafficPolicy = 'Cluster';
  }
  if (spec.internalTrafficPolicy === undefined && type !== 'ExternalName')
    fields.internalTrafficPolicy = 'Cluster';
  if (type === 'LoadBalancer')
    fields.allocateLoadBalancerNodePorts = spec.allocateLoadBalancerNodePorts ?? true;
  if (spec.sessionAffinity === 'ClientIP' && !hasTimeout(spec.sessionAffinityConfig)) {
    fields.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } };
  }
  return fields;
}

function hasTimeout(config: Json | undefined): boolean {
  return isObject(config) && isObject(config.clientIP) && config.clientIP.timeoutSeconds !== undefined;
}

/** `stringData` is for writing only: it goes into `data`. */
function secret({ stringData, data }: JsonObject): JsonObject {
  if (!isObject(stringData)) return {};
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { stringData: null, data: { ...entries(data), ...Object.fromEntries(encoded) } };
}

function namespaceLabel({ metadata }: JsonObject): JsonObject {
  if (!isObject(metadata) || typeof metadata.name !== 'string' || metadata.name === '') return {};
  const labels = isObject(metadata.labels) ? metadata.labels : {};
  if (labels['kubernetes.io/metadata.name'] === metadata.name) return {};
  return { metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/metadata.name': metadata.name } } };
}

function limitRange(item: JsonObject): JsonObject {
  if (item.type !== 'Container') return {};
  const limit = { ...entries(item.max), ...entries(item.default) };
  const request = { ...entries(item.min), ...limit, ...entries(item.defaultRequest) };
  return {
    ...(Object.keys(limit).length > 0 ? { default: limit } : none),
    ...(Object.keys(request).length > 0 ? { defaultRequest: request } : none),
  };
}

function entries(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function replicationController({ metadata, spec }: JsonObject): JsonObject {
  const labels = templateLabels(spec);
  if (!labels || !isObject(spec)) return {};
  const selector = isObject(spec.selector) ? none : { spec: { ...spec, selector: labels } };
  return { ...labelsFromTemplate(metadata, spec), ...selector };
}

function labelsFromTemplate(metadata: Json | undefined, spec: Json | undefined): JsonObject {
  const labels = templateLabels(spec);
  if (!labels || (isObject(metadata) && isObject(metadata.labels))) return {};
  return { metadata: { ...entries(metadata), labels } };
}

function templateLabels(spec: Json | undefined): JsonObject | undefined {
  const template = isObject(spec) ? spec.template : undefined;
  const metadata = isObject(template) ? template.metadata : undefined;
  const labels = isObject(metadata) ? metadata.labels : undefined;
  return isObject(labels) && Object.keys(labels).length > 0 ? labels : undefined;
}

function rollingUpdate({ type, rollingUpdate }: JsonObject): JsonObject {
  return (type === undefined || type === 'RollingUpdate') && rollingUpdate === undefined
    ? { rollingUpdate: {} }
    : {};
}

function claimTemplates({ volumeClaimTemplates }: JsonObject): JsonObject {
  if (!Array.isArray(volumeClaimTemplates)) return {};
  const typed = { kind: 'PersistentVolumeClaim', apiVersion: 'v1' };
  return {
    volumeClaimTemplates: volumeClaimTemplates.map(one => (isObject(one) ? { ...one, ...typed } : one)),
  };
}

/** Here an explicit `type: RollingUpdate` brings no `rollingUpdate` along. */
function statefulSetStrategy({ type, rollingUpdate }: JsonObject): JsonObject {
  const update = isObject(rollingUpdate) ? rollingUpdate : undefined;
  if (type === undefined) return { type: 'RollingUpdate', rollingUpdate: { partition: 0, ...update } };
  return type === 'RollingUpdate' && update ? { rollingUpdate: { partition: 0, ...update } } : {};
}

/** Only jobs themselves, not the templates of cron jobs. */
function job({ metadata, spec }: JsonObject): JsonObject {
  return {
    ...labelsFromTemplate(metadata, spec),
    ...(isObject(spec) ? { spec: { ...spec, ...jobSpec(spec) } } : {}),
  };
}

function jobSpec(spec: JsonObject): JsonObject {
  const fields: JsonObject = {};
  if (spec.completions === undefined && spec.parallelism === undefined) fields.completions = 1;
  if (spec.parallelism === undefined) fields.parallelism = 1;
  if (spec.backoffLimit === undefined) {
    fields.backoffLimit = spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  }
  if (spec.completionMode === undefined) fields.completionMode = 'NonIndexed';
  if (spec.suspend === undefined) fields.suspend = false;
  if (spec.podReplacementPolicy === undefined) {
    fields.podReplacementPolicy = spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  }
  if (spec.manualSelector === undefined) fields.manualSelector = false;
  return fields;
}

function scaling({ scaleUp, scaleDown }: JsonObject): JsonObject {
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
      ...entries(scaleUp),
    },
    scaleDown: {
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      ...entries(scaleDown),
    },
  };
}

function networkPolicy({ policyTypes, egress }: JsonObject): JsonObject {
  if (policyTypes !== undefined) return {};
  return { policyTypes: Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'] };
}

function storedVersions({ spec, status }: JsonObject): JsonObject {
  const stored = isObject(status) ? status.storedVersions : undefined;
  if (Array.isArray(stored) && stored.length > 0) return {};
  const versions = isObject(spec) && Array.isArray(spec.versions) ? spec.versions : [];
  const storage = versions.find(version => isObject(version) && version.storage === true);
  return isObject(storage) ? { status: { ...entries(status), storedVersions: [storage.name as Json] } } : {};
}

function names({ kind, singular, listKind }: JsonObject): JsonObject {
  if (typeof kind !== 'string' || kind === '') return {};
  return {
    ...(singular === undefined ? { singular: kind.toLowerCase() } : none),
    ...(listKind === undefined ? { listKind: `${kind}List` } : none),
  };
}
