import { isObject, type Json } from '@millrace/json';
import { groupOf, isNotFound, type KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { formatStructure } from '../output/structured.ts';
import { type Branch, drawTree } from '../output/tree.ts';
import { findKind } from '../resources/catalog.ts';
import { displayInventoryId, type InventoryId, parseInventoryId } from '../resources/inventory-id.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { releasedBy } from './released.ts';
import { one } from './select.ts';
import { type Session, withCluster } from './session.ts';

export interface TreeOptions {
  compact?: boolean;
  output?: string;
}

/** An object and what it has applied. */
export interface Applied {
  id: InventoryId;
  below: Applied[];
}

/** `tree kustomization NAME`: what it has applied, and what the Kustomizations among that have. */
export async function tree(name: string | undefined, options: TreeOptions, globals: Globals): Promise<void> {
  if (name === undefined) throw new CliError('kustomization name is required');
  const output = outputOf(options);
  const kind = findKind('Kustomization')!;
  await withCluster(globals, async session => {
    const root = await one(session, kind, { name, namespace: globals.namespace });
    const below = await appliedBy(session, kind, root, [], options.compact ?? false);
    show({ id: idOf(kind, root), below }, output);
  });
}

/** `tree artifact generator NAME`: the artifacts that it has made. */
export async function treeOfArtifacts(name: string, options: TreeOptions, globals: Globals): Promise<void> {
  const output = outputOf(options);
  const kind = findKind('ArtifactGenerator')!;
  await withCluster(globals, async session => {
    const root = await one(session, kind, { name, namespace: globals.namespace });
    const { status } = root.object;
    const made = isObject(status as Json) ? (status as { inventory?: Json }).inventory : undefined;
    const below = (Array.isArray(made) ? made.filter(isObject) : []).map(entry => ({
      id: {
        group: 'source.toolkit.fluxcd.io',
        kind: 'ExternalArtifact',
        name: String(entry.name),
        namespace: String(entry.namespace),
      },
      below: [],
    }));
    show({ id: idOf(kind, root), below }, output);
  });
}

function outputOf({ output }: TreeOptions): 'json' | 'yaml' | undefined {
  if (output === undefined || output === 'json' || output === 'yaml') return output;
  throw new CliError(`--output takes json or yaml, not "${output}"`);
}

function show(whole: Applied, output: 'json' | 'yaml' | undefined): void {
  if (!output) print(drawTree(branchOf(whole)));
  else print(formatStructure(structureOf(whole), output), output === 'yaml' ? '\n' : '');
}

function idOf({ apiVersion, kind }: ResourceKind, { name, namespace }: Resource): InventoryId {
  return { group: groupOf(apiVersion), kind, name, namespace };
}

/** `above` are the Kustomizations from the root to this one: one that applies an ancestor is not followed again. */
async function appliedBy(
  session: Session,
  kind: ResourceKind,
  owner: Resource,
  above: string[],
  compact: boolean,
): Promise<Applied[]> {
  const path = [...above, keyOf(idOf(kind, owner))];
  const elsewhere = isObject(owner.object.spec as Json) && 'kubeConfig' in (owner.object.spec as object);
  const isShown = ({ group }: InventoryId) => !compact || group.includes('toolkit.fluxcd.io');
  const applied: Applied[] = [];
  for (const id of inventoryOf(owner.object)) {
    if (!isShown(id)) continue;
    if (keyOf(id) === path.at(-1)) continue; // the root Kustomization commonly holds itself
    if (id.group === 'helm.toolkit.fluxcd.io' && id.kind === 'HelmRelease' && !elsewhere) {
      const released = await releasedBy(session, id);
      applied.push({ id, below: released.filter(isShown).map(one => ({ id: one, below: [] })) });
      continue;
    }
    const nested = id.group === groupOf(kind.apiVersion) && id.kind === kind.kind && !elsewhere;
    const follow = nested && !path.includes(keyOf(id));
    applied.push({ id, below: follow ? await below(session, kind, id, path, compact) : [] });
  }
  return applied;
}

async function below(
  session: Session,
  kind: ResourceKind,
  id: InventoryId,
  path: string[],
  compact: boolean,
): Promise<Applied[]> {
  try {
    return await appliedBy(session, kind, await one(session, kind, id), path, compact);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError(`failed to find object: ${(error as Error).message}`, { cause: error });
  }
}

const keyOf = ({ kind, namespace, name, group }: InventoryId) => `${group}/${kind}/${namespace}/${name}`;

function inventoryOf({ status }: KubeObject): InventoryId[] {
  const inventory = isObject(status as Json) ? (status as { inventory?: Json }).inventory : undefined;
  const entries = isObject(inventory) && Array.isArray(inventory.entries) ? inventory.entries : [];
  return entries.flatMap(entry =>
    isObject(entry) && typeof entry.id === 'string' ? [parseInventoryId(entry.id)] : [],
  );
}

function branchOf({ id, below }: Applied): Branch {
  return { text: displayInventoryId(id), below: below.map(branchOf) };
}

/** The names of the fields are those that `flux tree -o json` has. */
function structureOf({ id, below }: Applied): Json {
  return {
    resource: { Namespace: id.namespace, Name: id.name, GroupKind: { Group: id.group, Kind: id.kind } },
    ...(below.length > 0 ? { resources: below.map(structureOf) } : {}),
  };
}
