import { compareForApply, type IgnoreRules, without } from '@millrace/applier';
import { jsonPatchBetween, type PatchOperation } from '@millrace/apply';
import type { Release } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, display, isNotFound, type KubeObject, refusalWords } from '@millrace/kube';
import {
  inPortions,
  markedAsOwned,
  type ReleaseContext,
  type Resource,
  resourcesIn,
  takeOverFrom,
} from '@millrace/releases';

/** An object that is not as the release has it. */
export interface DriftedObject {
  resource: Resource;
  /** What brings it back; undefined where it is gone. */
  patch?: PatchOperation[];
}

/** What of a release is not in the cluster as it should be. */
export interface Drift {
  changes: DriftedObject[];
  /** A line an object, as Flux tells it. */
  summary: string;
  /** The objects as they were seen, those that are gone left out. */
  seen: KubeObject[];
}

/** What is drift and what is not. */
export interface DriftRules {
  /** Fields that others may change; an Error where what the spec says of them is none. */
  ignore: IgnoreRules | Error | undefined;
  /** Beginnings of the names of managers whose changes are undone (--override-manager). */
  overrides: readonly string[];
}

/** A label or an annotation, in the chart or in the cluster, by which nobody looks at the object. */
const exclusion = ['helm.toolkit.fluxcd.io/driftDetection', 'disabled'] as const;

/**
 * Hold the objects of a release against the cluster, by a dry run of each. What cannot be held is passed over, unless
 * nothing else is amiss: then it is thrown.
 *
 * Rule: Diff in internal/action of helm-controller v1.6.3.
 */
export async function driftOf(release: Release, rules: DriftRules, on: ReleaseContext): Promise<Drift> {
  const { ignore } = rules;
  if (ignore instanceof Error) throw undetermined(ignore.message);
  const resources = markedAsOwned(await resourcesIn(release.manifest, on), release);
  const problems: string[] = [];
  const lines: string[] = [];
  const changes: DriftedObject[] = [];
  const objects: KubeObject[] = [];
  const all = await inPortions(resources, async resource => ({
    subject: display(resource.ref),
    seen: await lookAt(resource, ignore, rules, on, live => objects.push(live)).catch((error: unknown) => ({
      problem: refusalWords(resource.ref, error),
    })),
  }));
  on.signal.throwIfAborted();
  for (const { subject, seen } of all) {
    if (seen === 'as it should be') continue;
    if (seen === 'excluded') lines.push(`${subject} excluded`);
    else if ('problem' in seen) problems.push(`${subject} dry-run failed: ${seen.problem}`);
    else {
      changes.push(seen);
      lines.push(`${subject} ${wordsOf(seen)}`);
    }
  }
  if (changes.length === 0 && problems.length > 0) throw undetermined(problems.join('; '));
  return { changes, summary: lines.join('\n'), seen: objects };
}

const undetermined = (why: string) => new Error(`unable to determine cluster state: ${why}`);

function wordsOf({ patch }: DriftedObject): string {
  if (!patch) return 'removed';
  const count = (op: string) => patch.filter(one => one.op === op).length;
  return `changed (${count('add')} additions, ${count('replace')} changes, ${count('remove')} removals)`;
}

async function lookAt(
  resource: Resource,
  ignore: IgnoreRules | undefined,
  { overrides }: DriftRules,
  on: ReleaseContext,
  saw: (live: KubeObject) => void,
): Promise<DriftedObject | 'excluded' | 'as it should be'> {
  const { object, ref } = resource;
  const { client, as, signal, fieldManager } = on;
  if (isExcluded(object)) return 'excluded';
  const live = await client.get(ref, { as, signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (live) saw(live);
  if (live && isExcluded(live)) return 'excluded';
  if (ignore?.ignoresAll(object)) return 'excluded';
  if (live) await takeOverFrom(overrides, live, ref, on);
  const tried = await client.apply(object, { fieldManager, force: true, dryRun: true, as, signal });
  if (!live) return { resource };
  const paths = ignore?.pathsIn(object) ?? [];
  const [before, after] = [live, tried.object].map(one => paths.reduce(without, asJson(one)));
  const patch = [...metadataPatch(before!, after!), ...jsonPatchBetween(content(before!), content(after!))];
  return patch.length === 0 ? 'as it should be' : { resource, patch };
}

function isExcluded({ metadata }: KubeObject): boolean {
  const [key, value] = exclusion;
  return [metadata.labels, metadata.annotations].some(map => map?.[key]?.toLowerCase() === value);
}

/** Labels and annotations that are missing or other; those that others have added stay. */
function metadataPatch(before: JsonObject, after: JsonObject): PatchOperation[] {
  const marks = ({ metadata }: JsonObject): JsonObject => {
    const { name = '', labels, annotations } = isObject(metadata) ? metadata : {};
    return { metadata: { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
  };
  return jsonPatchBetween(marks(before), marks(after)).filter(({ op }) => op !== 'remove');
}

function content(object: JsonObject): JsonObject {
  const { metadata, status, ...rest } = object;
  return rest;
}

/** What became of the corrections. */
export interface Corrected {
  /** A line an object. */
  done: string[];
  problems: string[];
}

/** Bring the objects back to what the release has: those that are gone first. */
export async function correct({ changes }: Drift, on: ReleaseContext): Promise<Corrected> {
  const corrected: Corrected = { done: [], problems: [] };
  const byOrder = (a: DriftedObject, b: DriftedObject) => compareForApply(a.resource.ref, b.resource.ref);
  const gone = changes.filter(({ patch }) => !patch).sort(byOrder);
  const other = changes.filter(({ patch }) => patch).sort(byOrder);
  for (const change of [...gone, ...other]) {
    const { resource, patch } = change;
    const subject = display(resource.ref);
    try {
      await correctOne(change, on);
      corrected.done.push(`${subject} ${patch ? 'configured' : 'created'}`);
    } catch (error) {
      on.signal.throwIfAborted();
      const what = patch ? 'patch' : 'creation';
      corrected.problems.push(`${subject} ${what} failure: ${refusalWords(resource.ref, error)}`);
    }
  }
  return corrected;
}

async function correctOne({ resource, patch }: DriftedObject, on: ReleaseContext): Promise<void> {
  const { client, as, signal, fieldManager } = on;
  if (patch) await client.patch(resource.ref, 'json', patch as unknown as Json, { fieldManager, as, signal });
  else await client.create(resource.object, { fieldManager, as, signal });
}
