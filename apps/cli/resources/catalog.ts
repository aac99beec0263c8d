import { shortenHashes } from '../output/shorten.ts';
import { type Resource, textAt } from './resource.ts';
import type { Column, Family, ResourceKind } from './resource-kind.ts';

const suspended: Column = {
  heading: 'Suspended',
  value: resource => (resource.suspended ? 'True' : 'False'),
};

const revisionAt = (...path: string[]): Column => ({
  heading: 'Revision',
  value: ({ object }) => shortenHashes(textAt(object, 'status', ...path)),
});

const specAt = (heading: string, ...path: string[]): Column => ({
  heading,
  value: ({ object }) => textAt(object, 'spec', ...path),
});

/** Every kind that the command line knows, in the order in which `get all` shows them. */
export const catalog: readonly ResourceKind[] = [
  {
    kind: 'GitRepository',
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    title: 'source git',
    family: 'source',
    command: 'git',
    aliases: [],
    columns: [revisionAt('artifact', 'revision'), suspended],
    wideColumns: [specAt('URL', 'url')],
    secret: ({ object }) => textAt(object, 'spec', 'secretRef', 'name') || undefined,
    achieved: ({ object }) => `fetched revision ${textAt(object, 'status', 'artifact', 'revision')}`,
  },
  {
    kind: 'Kustomization',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    title: 'kustomization',
    command: 'kustomization',
    aliases: ['ks'],
    plural: 'kustomizations',
    columns: [revisionAt('lastAppliedRevision'), suspended],
    wideColumns: [specAt('Path', 'path')],
    source: resource => sourceAt(resource, 'spec', 'sourceRef'),
    achieved: ({ object }) => `applied revision ${textAt(object, 'status', 'lastAppliedRevision')}`,
  },
];

/** A reference without a namespace means the object's own. */
function sourceAt({ object, namespace }: Resource, ...path: string[]) {
  return {
    kind: textAt(object, ...path, 'kind'),
    name: textAt(object, ...path, 'name'),
    namespace: textAt(object, ...path, 'namespace') || namespace,
  };
}

/** The kind of a name such as `Kustomization`, whatever its case; undefined where there is none. */
export function findKind(name: string): ResourceKind | undefined {
  return catalog.find(({ kind }) => kind.toLowerCase() === name.toLowerCase());
}

export function kindsOf(family: Family): ResourceKind[] {
  return catalog.filter(kind => kind.family === family);
}
