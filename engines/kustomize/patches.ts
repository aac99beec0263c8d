import { clone, isObject, type JsonObject } from '@millrace/json';
import type { BuildContext } from './build-context.ts';
import { at, BuildError } from './build-error.ts';
import { DuplicateKeys } from './duplicates.ts';
import { withHistory } from './history.ts';
import { applyJsonPatch, type Operation, parseJsonPatch } from './json-patch.ts';
import type { MergeSchema } from './kubernetes-schema.ts';
import type { PatchArgs } from './kustomization.ts';
import { readDocuments } from './load-resources.ts';
import { idKey, printId, Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';
import { compileSelector, hintOf, type Selector } from './selector.ts';
import { Spellings } from './spellings.ts';
import { strategicMerge } from './strategic-merge.ts';

/** A patch whose text has been read: of one kind or the other. */
type Patch = { strategic: Resource[] } | { operations: Operation[] };

/** Applies an entry of `patches`. `text` is that of the patch, `source` the file that it stands in. */
export function applyPatch(
  list: ResourceList,
  args: PatchArgs,
  text: string,
  source: string,
  context: PatchContext,
): void {
  const patch = readPatchText(text, source, context);
  if ('operations' in patch) {
    if (args.target === undefined) throw new BuildError('a JSON patch needs a target');
    applyOperations(list, args.target, patch.operations, { remember: true });
  } else applyStrategic(list, args, patch.strategic, context.schema);
}

/** What patches need of their build. */
export type PatchContext = Pick<BuildContext, 'schema' | 'strict' | 'warnings'>;

/** Of a key that is given twice kustomize sees the first in a strategic patch, and the last in a JSON patch. */
function readPatchText(text: string, source: string, { strict, warnings }: PatchContext): Patch {
  const spellings = new Spellings();
  const onPlainValue = (map: JsonObject, key: string, plain: string) => spellings.note(map, key, plain);
  const twice = new DuplicateKeys('first');
  const how = strict ? {} : ({ duplicates: 'first', onDuplicate: twice.note } as const);
  const documents = readDocuments(text, source, { onPlainValue, ...how }).filter(
    ({ value }) => value !== null,
  );
  if (documents.every(({ value }) => isObject(value))) {
    for (const warning of twice.warnings) warnings.push(`${source}: ${warning}`);
    return {
      strategic: documents.map(({ value, line }) => {
        const object = value as JsonObject;
        if (typeof object.kind !== 'string')
          throw new BuildError('kind is missing in the patch', { file: source, line });
        // In a patch null removes an annotation.
        spellings.writeAnnotations(object, value => value === null);
        return new Resource(object, { file: source, line });
      }),
    };
  }
  return { operations: parseJsonPatch(text, source, { strict, warnings }) };
}

/**
 * Applies a JSON patch to all that the target selects. `remember`: names that it changes are followed by references,
 * which `patches` does and patchesJson6902 does not.
 */
export function applyOperations(
  list: ResourceList,
  target: Selector,
  operations: Operation[],
  { remember }: { remember: boolean },
): void {
  const selected = select(list, target);
  let renamed = false;
  for (const resource of selected) {
    if (remember) resource.rememberId();
    const before = idKey(resource.id);
    at({ ...resource.place, resource: printId(resource.id) }, () =>
      withHistory(resource, object => applyJsonPatch(object, operations)),
    );
    renamed ||= before !== idKey(resource.id);
  }
  if (renamed) list.idsChanged();
}

function select(list: ResourceList, target: Selector): Resource[] {
  return list.candidates(hintOf(target)).filter(compileSelector(target));
}

function applyStrategic(list: ResourceList, args: PatchArgs, patches: Resource[], schema: MergeSchema): void {
  if (args.target !== undefined && patches.length > 1) {
    throw new BuildError('a patch with a target may hold one document only');
  }
  const change = { name: args.allowNameChange, kind: args.allowKindChange };
  const deleted = new Set<Resource>();
  for (const patch of patches) {
    const targets = args.target === undefined ? [findTarget(list, patch)] : select(list, args.target);
    for (const target of targets) {
      if (!merge(target, patch, change, schema)) deleted.add(target);
    }
  }
  if (deleted.size > 0) list.filter(resource => !deleted.has(resource));
  if (change.name || change.kind) list.idsChanged();
}

/** Applies entries of patchesStrategicMerge: each is for the one object that it names. Returns how many they are. */
export function applyStrategicPatches(
  list: ResourceList,
  text: string,
  source: string,
  context: PatchContext,
): number {
  const patch = readPatchText(text, source, context);
  if (!('strategic' in patch)) throw new BuildError('this is no strategic merge patch', { file: source });
  const noTarget = { path: '', patch: '', target: undefined, allowNameChange: false, allowKindChange: false };
  applyStrategic(list, noTarget, patch.strategic, context.schema);
  return patch.strategic.length;
}

function findTarget(list: ResourceList, patch: Resource): Resource {
  const found = list.withAnyId(patch.id);
  if (found.length === 1) return found[0]!;
  const problem =
    found.length === 0 ? 'no resource has the id of' : `${found.length} resources have the id of`;
  throw new BuildError(`${problem} this patch`, { ...patch.place, resource: printId(patch.id) });
}

/** Merges a patch into one resource; false when the patch deletes it. */
function merge(
  target: Resource,
  patch: Resource,
  change: { name: boolean; kind: boolean },
  schema: MergeSchema,
): boolean {
  const { name, kind, namespace } = target;
  if (change.name || change.kind) target.rememberId();
  const merged = at({ ...patch.place, resource: printId(target.id) }, () =>
    strategicMerge(
      target.object,
      clone({ ...patch.object, apiVersion: target.apiVersion }),
      schema,
      target.emptyKeys,
    ),
  );
  if (merged === undefined) return false;
  target.object = merged;
  if (!change.kind) target.object.kind = kind;
  if (!change.name) target.name = name;
  if (namespace === '') delete target.metadata().namespace;
  else target.metadata().namespace = namespace;
  return true;
}
