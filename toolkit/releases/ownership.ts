import { isNotFound, type KubeObject } from '@millrace/kube';
import type { ReleaseContext } from './context.ts';
import { inPortions } from './in-portions.ts';
import { messageOf, ReleaseError } from './release-error.ts';
import { marked, type Resource } from './resource.ts';

/** Whose an object is. */
export interface ReleaseName {
  name: string;
  namespace: string;
}

const managedBy = ['app.kubernetes.io/managed-by', 'Helm'] as const;
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** The resources with the label and the annotations by which Helm knows its own. */
export function owned(resources: Resource[], { name, namespace }: ReleaseName): Resource[] {
  const marks = {
    labels: { [managedBy[0]]: managedBy[1] },
    annotations: { [releaseName]: name, [releaseNamespace]: namespace },
  };
  return resources.map(resource => ({ ...resource, object: marked(resource.object, marks) }));
}

/** Why the object in the cluster is not the release's; undefined where it is. */
export function strangerBecause({ metadata }: KubeObject, release: ReleaseName): string | undefined {
  const problems = [
    mismatch('label', metadata.labels, managedBy[0], managedBy[1]),
    mismatch('annotation', metadata.annotations, releaseName, release.name),
    mismatch('annotation', metadata.annotations, releaseNamespace, release.namespace),
  ].filter(problem => problem !== undefined);
  return problems.length === 0 ? undefined : `invalid ownership metadata; ${problems.join('; ')}`;
}

function mismatch(
  what: string,
  entries: Record<string, string> | undefined,
  key: string,
  wanted: string,
): string | undefined {
  const found = entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (found === wanted) return undefined;
  return found === undefined
    ? `${what} validation error: missing key "${key}": must be set to "${wanted}"`
    : `${what} validation error: key "${key}" must equal "${wanted}": current value is "${found}"`;
}

/**
 * Those of the resources that are in the cluster already. Unless ownership is taken, each has to be the release's.
 * Throws ReleaseError for one that is not.
 */
export async function toBeAdopted(
  resources: Resource[],
  release: ReleaseName,
  takeOwnership: boolean,
  on: ReleaseContext,
): Promise<Resource[]> {
  const named = resources.filter(resource => !isNamedByServer(resource));
  const found = await inPortions(named, async resource => ({ resource, live: await lookAt(resource, on) }));
  return found.flatMap(({ resource, live }) => {
    if (!live) return [];
    const problem = takeOwnership ? undefined : strangerBecause(live, release);
    if (!problem) return [resource];
    throw new ReleaseError(
      `${described(resource)} exists and cannot be imported into the current release: ${problem}`,
    );
  });
}

function isNamedByServer({ object: { metadata } }: Resource): boolean {
  if (!metadata.generateName) return false;
  if (metadata.name) throw new ReleaseError('metadata.name and metadata.generateName cannot both be set');
  return true;
}

async function lookAt(
  resource: Resource,
  { client, as, signal }: ReleaseContext,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource.ref, { as, signal });
  } catch (cause) {
    if (isNotFound(cause)) return undefined;
    throw new ReleaseError(
      `could not get information about the resource ${described(resource)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** What is the release's, what is not, and what could not be looked at. What is gone is in none. */
export interface Sorted {
  owned: Resource[];
  strange: Resource[];
  unknown: { resource: Resource; problem: string }[];
}

export async function sortByOwner(
  resources: Resource[],
  release: ReleaseName,
  { client, as, signal }: ReleaseContext,
): Promise<Sorted> {
  const sorted: Sorted = { owned: [], strange: [], unknown: [] };
  const found = await inPortions(resources, resource =>
    client.get(resource.ref, { as, signal }).catch((error: unknown) => ({ error })),
  );
  for (const [i, live] of found.entries()) {
    const resource = resources[i]!;
    if (!('error' in live)) (strangerBecause(live, release) ? sorted.strange : sorted.owned).push(resource);
    else if (!isNotFound(live.error)) sorted.unknown.push({ resource, problem: messageOf(live.error) });
  }
  signal.throwIfAborted();
  return sorted;
}

function described({ ref: { kind, name, namespace = '' } }: Resource): string {
  return `${kind} "${name}" in namespace "${namespace}"`;
}
