import type { CustomResourceFile } from '@millrace/helm';
import { groupOf, isAlreadyExists, isNotFound } from '@millrace/kube';
import type { ReleaseContext } from './context.ts';
import { messageOf, ReleaseError, rootOf } from './release-error.ts';
import { marked, type Resource, resourcesIn } from './resource.ts';
import { createAll, updateAll } from './sets.ts';

export interface CrdOptions {
  /** `create` leaves those that are there as they are, where they are not applied server-side. */
  policy: 'create' | 'create-replace';
  serverSide: boolean;
  forceConflicts: boolean;
  labels?: Record<string, string>;
}

/** Milliseconds until definitions have to be served. */
const patience = 60_000;

/**
 * Install the definitions that a chart has beside its templates, and wait until they are served. What else lies there
 * is left out, and told.
 */
export async function installCrds(
  files: CustomResourceFile[],
  options: CrdOptions,
  on: ReleaseContext,
): Promise<void> {
  const { policy, serverSide, forceConflicts, labels = {} } = options;
  const crds = await definitionsIn(files, on);
  const all = crds.map(crd => ({ ...crd, object: marked(crd.object, { labels }) }));
  if (all.length === 0) return;
  if (policy === 'create') {
    for (const crd of all) await createCrd(crd, { serverSide, forceConflicts }, on);
  } else {
    const there = await existing(all, on);
    const mode = { serverSide, forceConflicts, replace: !serverSide };
    await updateAll(there, all, mode, on).catch(cause => {
      throw new ReleaseError(`failed to update CustomResourceDefinition(s): ${messageOf(cause)}`, { cause });
    });
  }
  await on.waiter.ready(all, { timeout: patience, signal: on.signal, jobs: false });
}

async function createCrd(
  crd: Resource,
  mode: { serverSide: boolean; forceConflicts: boolean },
  on: ReleaseContext,
): Promise<void> {
  try {
    await createAll([crd], mode, on);
  } catch (cause) {
    const isThere = isAlreadyExists(rootOf(cause));
    if (isThere) return;
    throw new ReleaseError(`failed to create CustomResourceDefinition ${crd.ref.name}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function existing(crds: Resource[], on: ReleaseContext): Promise<Resource[]> {
  const { client, as, signal } = on;
  const found = await Promise.all(
    crds.map(async crd => {
      const object = await client.get(crd.ref, { as, signal }).catch(error => {
        if (isNotFound(error)) return undefined;
        throw new ReleaseError(`failed to get CustomResourceDefinition ${crd.ref.name}: ${messageOf(error)}`);
      });
      return object ? [{ ...crd, object }] : [];
    }),
  );
  return found.flat();
}

async function definitionsIn(files: CustomResourceFile[], on: ReleaseContext): Promise<Resource[]> {
  const all: Resource[] = [];
  for (const { name, file } of files) {
    const found = await resourcesIn(Buffer.from(file.data).toString('utf8'), on).catch(cause => {
      throw new ReleaseError(`failed to parse CustomResourceDefinitions from ${name}: ${messageOf(cause)}`, {
        cause,
      });
    });
    all.push(...found);
  }
  const isDefinition = ({ ref: { apiVersion, kind } }: Resource) =>
    kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';
  const others = all
    .filter(resource => !isDefinition(resource))
    .map(({ ref: { kind, name } }) => `${kind}/${name}`);
  if (others.length > 0)
    on.warn(
      `the crds/ folder of the chart holds what is no CustomResourceDefinition, and is not installed: ${others.join(', ')}`,
    );
  return all.filter(isDefinition);
}
