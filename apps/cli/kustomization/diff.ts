import { compareForApply, entryOf, inventoryOf, missingFrom, refOfEntry } from '@millrace/applier';
import type { Change } from '@millrace/json';
import { display, type KubeClient, type KubeObject, type ObjectRef, refOf } from '@millrace/kube';
import { masked, maskedChanges, secretsIn } from '@millrace/masking';
import { CliError } from '../cli-error.ts';
import type { Checked } from './check-flags.ts';
import { requireNoCircle } from './circle.ts';
import { type Drift, driftContext, driftOf } from './drift.ts';
import { below, kustomizationIn, type Preview, previewOf } from './preview.ts';
import type { PreviewFlags, PreviewPlace } from './preview-flags.ts';

/** What would become of an object. */
export interface ObjectDiff {
  object: string;
  action: 'created' | 'drifted' | 'deleted' | 'skipped' | 'failed' | 'changed';
  changes: Change[];
  /** Why it is skipped, or has failed. */
  problem?: string;
  /** Of a Kustomization whose objects change. */
  objects?: ObjectDiff[];
}

type Place = PreviewPlace & { client: KubeClient; progress(text: string): void };

/**
 * `diff kustomization NAME`: what applying it would change in the cluster, in the order of its objects, then what would be
 * deleted. Throws CliError where it cannot be built.
 */
export async function diffKustomization(
  { name, folder }: Checked,
  flags: PreviewFlags,
  place: Place,
): Promise<ObjectDiff[]> {
  return diffOf(await previewOf(name, folder, flags, place), flags, place, []);
}

/** Objects that are tried at once. */
const atOnce = 8;

async function diffOf(
  preview: Preview,
  flags: PreviewFlags,
  place: Place,
  above: readonly string[],
): Promise<ObjectDiff[]> {
  const path = requireNoCircle(preview.kustomization, above);
  const secrets = [...preview.secrets];
  const on = driftContext(preview.kustomization, place, secret => secrets.push(secret));
  const drifts: { object: KubeObject; drift: Drift }[] = [];
  for (let i = 0; i < preview.objects.length; i += atOnce) {
    const some = preview.objects.slice(i, i + atOnce);
    drifts.push(
      ...(await Promise.all(some.map(async object => ({ object, drift: await driftOf(object, on) })))),
    );
  }
  const hidden = secretsIn(secrets);
  const diffs: ObjectDiff[] = [];
  for (const { object, drift } of drifts) {
    diffs.push(...told(object, drift, hidden));
    const isThere = !['created', 'failed'].includes(drift.action);
    if (flags.recursive && isThere) diffs.push(...(await diffBelow(object, preview, flags, place, path)));
  }
  if (diffs.some(({ action }) => action === 'failed')) return diffs;
  const gone = goneFrom(preview).map(display);
  return [...diffs, ...gone.map(object => ({ object, action: 'deleted' as const, changes: [] }))];
}

function told(object: KubeObject, drift: Drift, hidden: readonly string[]): ObjectDiff[] {
  const subject = display(refOf(object));
  switch (drift.action) {
    case 'unchanged':
      return [];
    case 'drifted': {
      const changes = maskedChanges(object.kind === 'Secret', drift.changes, hidden);
      return [{ object: subject, action: 'drifted', changes }];
    }
    case 'failed':
      return [{ object: subject, action: 'failed', changes: [], problem: masked(drift.problem, hidden) }];
    default:
      return [{ object: subject, action: drift.action, changes: [] }];
  }
}

/** Where the object is another Kustomization: what that would change. */
async function diffBelow(
  object: KubeObject,
  preview: Preview,
  flags: PreviewFlags,
  place: Place,
  above: readonly string[],
): Promise<ObjectDiff[]> {
  const found = kustomizationIn(object, preview);
  if (!found) return [];
  const subject = display(refOf(object));
  if (found.spec.kubeConfig)
    return [
      {
        object: subject,
        action: 'skipped',
        changes: [],
        problem: 'diff not supported for remote clusters',
      },
    ];
  try {
    place.progress(`running dry-run in ${found.metadata.name}`);
    const { folder, flags: own } = below(found, flags);
    const inner = await previewOf(found.metadata.name, folder, own, place);
    const objects = await diffOf(inner, own, place, above);
    return isDifferent(objects) || hasFailed(objects)
      ? [{ object: subject, action: 'changed', changes: [], objects }]
      : [];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ object: subject, action: 'failed', changes: [], problem: error.message }];
  }
}

/** What the inventory has and the build has not. */
export function goneFrom({
  kustomization,
  objects,
}: Pick<Preview, 'kustomization' | 'objects'>): ObjectRef[] {
  if (!kustomization.spec.prune) return [];
  return missingFrom(inventoryOf(kustomization), objects.map(entryOf))
    .map(refOfEntry)
    .filter(ref => ref !== undefined)
    .toSorted(compareForApply);
}

const differing = new Set(['created', 'drifted', 'deleted']);

/** Whether anything would change; what is skipped does not. */
export function isDifferent(diffs: readonly ObjectDiff[]): boolean {
  return diffs.some(({ action, objects = [] }) => differing.has(action) || isDifferent(objects));
}

export function hasFailed(diffs: readonly ObjectDiff[]): boolean {
  return problemsIn(diffs).length > 0;
}

/** Why objects could not be compared. */
export function problemsIn(diffs: readonly ObjectDiff[]): string[] {
  return diffs.flatMap(({ action, problem = '', objects = [] }) =>
    action === 'failed' ? [problem] : problemsIn(objects),
  );
}
