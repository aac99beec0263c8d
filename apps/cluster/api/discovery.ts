import { createHash } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { parseAccept } from './negotiate.ts';
import type { Group, Registry } from './registry.ts';
import { groupVersion, type Resource } from './resource.ts';
import { notAcceptable } from './status.ts';

/** A discovery document and its media type. */
export interface DiscoveryAnswer {
  readonly text: string | Buffer;
  readonly contentType: string;
  readonly etag?: string;
}

/**
 * Answer /api, /apis, /api/v1, /apis/<group> and /apis/<group>/<version>; undefined for everything else.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export function discover(registry: Registry, path: string, accept: string): DiscoveryAnswer | undefined {
  const [root, ...rest] = path.split('/').filter(Boolean);
  const groups = registry.groups();
  if (rest.length === 0 && (root === 'api' || root === 'apis')) {
    return (
      aggregated(groups, root, accept) ??
      plain(root === 'api' ? coreVersions() : groupList(groupsBelow(root, groups)))
    );
  }
  if (root === 'api' && rest.length === 1) return versionDocument(groups, '', rest[0]!);
  if (root !== 'apis') return undefined;
  const group = groups.find(({ name }) => name === rest[0]);
  if (!group || group.name === '') return undefined;
  if (rest.length === 1) return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) });
  return rest.length === 2 ? versionDocument(groups, group.name, rest[1]!) : undefined;
}

function plain(document: JsonObject): DiscoveryAnswer {
  return { text: `${JSON.stringify(document)}\n`, contentType: 'application/json' };
}

function coreVersions(): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  };
}

function groupList(groups: readonly Group[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupFields) };
}

function groupFields({ name, versions }: Group): JsonObject {
  const all = versions.map(({ version }) => ({
    groupVersion: groupVersion({ group: name, version }),
    version,
  }));
  return { name, versions: all, preferredVersion: all[0]! };
}

function versionDocument(
  groups: readonly Group[],
  group: string,
  version: string,
): DiscoveryAnswer | undefined {
  const found = groups.find(({ name }) => name === group)?.versions.find(known => known.version === version);
  if (!found) return undefined;
  return plain({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion({ group, version }),
    resources: found.resources.flatMap(resourceFields),
  });
}

/** What kube-apiserver 1.36 stores in another version than the one that is preferred here. */
const storedElsewhere: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'admissionregistration.k8s.io/v1beta1',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'admissionregistration.k8s.io/v1beta1',
  'apiextensions.k8s.io/CustomResourceDefinition': 'apiextensions.k8s.io/v1beta1',
};

function storageHash({ group, kind, storage, storageVersion }: Resource): string {
  const version =
    storedElsewhere[`${group}/${kind}`] ?? `${storage.startsWith('/') ? '' : group}/${storageVersion}`;
  const stored = createHash('sha256').update(`${version}/${kind}`).digest();
  return stored.subarray(0, 8).toString('base64');
}

function resourceFields(resource: Resource): JsonObject[] {
  const { resource: name, singular, namespaced, kind } = resource;
  const main: JsonObject = {
    name,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...resource.verbs],
    ...(resource.shortNames.length > 0 && { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length > 0 && { categories: [...resource.categories] }),
    // What is only asked, never stored, has no version in which it would be.
    ...(resource.verbs.includes('watch') && { storageVersionHash: storageHash(resource) }),
  };
  const subresources = Object.entries(resource.subresources).map(([subresource, of]) => ({
    name: `${name}/${subresource}`,
    singularName: '',
    namespaced,
    ...(groupVersion(of) !== groupVersion(resource) && { group: of.group, version: of.version }),
    kind: of.kind,
    verbs: [...of.verbs],
  }));
  return [main, ...subresources];
}

const groupsBelow = (root: string, groups: readonly Group[]) =>
  groups.filter(({ name }) => (name === '') === (root === 'api'));

/** All groups in one document, when the client knows it. */
function aggregated(groups: readonly Group[], root: string, accept: string): DiscoveryAnswer | undefined {
  if (accept === '') return undefined;
  for (const { type, parameters } of parseAccept(accept)) {
    if (type === '*/*' || (type === 'application/json' && !parameters.as)) return undefined;
    const { as, v, g } = parameters;
    if (type !== 'application/json' || as !== 'APIGroupDiscoveryList' || g !== 'apidiscovery.k8s.io')
      continue;
    if (v !== 'v2' && v !== 'v2beta1') continue;
    return aggregatedIn(groups, root, v);
  }
  throw notAcceptable(['application/json']);
}

/** By what is served: the same until a definition comes or goes. */
const documents = new WeakMap<readonly Group[], Map<string, DiscoveryAnswer>>();

function aggregatedIn(groups: readonly Group[], root: string, version: string): DiscoveryAnswer {
  const made = documents.get(groups) ?? new Map<string, DiscoveryAnswer>();
  documents.set(groups, made);
  const key = `${root} ${version}`;
  const known = made.get(key);
  if (known) return known;
  const text = JSON.stringify({
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groupsBelow(root, groups).map(discoveryItem),
  });
  const answer = {
    text,
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    etag: `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`,
  };
  made.set(key, answer);
  return answer;
}

function discoveryItem({ name, versions }: Group): JsonObject {
  return {
    metadata: { name, creationTimestamp: null },
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources.map(discoveryResource),
      freshness: 'Current',
    })),
  };
}

function discoveryResource(resource: Resource): JsonObject {
  const { group, version, kind, resource: name } = resource;
  const subresources = Object.entries(resource.subresources).map(([subresource, of]) => ({
    subresource,
    responseKind: { group: of.group, version: of.version, kind: of.kind },
    verbs: [...of.verbs],
  }));
  return {
    resource: name,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: [...resource.verbs],
    ...(resource.shortNames.length > 0 && { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length > 0 && { categories: [...resource.categories] }),
    ...(subresources.length > 0 && { subresources }),
  };
}
