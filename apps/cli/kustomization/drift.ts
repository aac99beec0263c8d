import type { Kustomization } from '@millrace/api';
import {
  type Asking,
  dryRun,
  type IgnoreRules,
  ignoreRules,
  normalised,
  wishesOf,
  without,
} from '@millrace/applier';
import { Failed } from '@millrace/controller';
import { type Change, changesBetween, isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, asKubeObject, display, type KubeObject, refOf } from '@millrace/kube';
import { kustomizeManager } from '@millrace/kustomize-controller/rendering';
import { CliError } from '../cli-error.ts';
import type { PreviewPlace } from './preview-flags.ts';
import { isMask } from './sops-mask.ts';

export type Drift =
  | { action: 'created' | 'unchanged' | 'skipped' }
  | { action: 'drifted'; changes: Change[]; before: JsonObject; after: JsonObject }
  | { action: 'failed'; problem: string };

export interface DriftContext extends Asking {
  ignore: IgnoreRules | undefined;
  /** Told of each Secret, as it is and as it would be: what it holds is to be hidden. */
  saw(secret: KubeObject): void;
}

/** Throws CliError where a rule of spec.ignore is none. */
export function driftContext(
  { spec }: Kustomization,
  { client, as, signal, warn }: PreviewPlace & { client: NonNullable<PreviewPlace['client']> },
  saw: (secret: KubeObject) => void,
): DriftContext {
  const rest = { client, signal, warn, saw, manager: kustomizeManager(), as };
  try {
    const ignore = spec.ignore?.length ? ignoreRules(spec.ignore) : undefined;
    return { ...rest, ignore, force: spec.force ?? false };
  } catch (error) {
    throw error instanceof Error ? new CliError(error.message, { cause: error }) : error;
  }
}

/** What applying the object would do to the one in the cluster, as a dry run of the server has it (fluxcd/pkg, ssa). */
export async function driftOf(built: KubeObject, on: DriftContext): Promise<Drift> {
  try {
    const object = normalised(built);
    const live = await liveOf(object, on);
    if (live) seen(live, on);
    if (isLeft(object, live, on)) return { action: 'skipped' };
    const tried = await dryRun(live ? withLiveSecrets(object, live) : object, on);
    if (!tried || tried.created) return { action: 'created' };
    if (!live) return { action: 'failed', problem: `${display(refOf(object))} is there, and cannot be read` };
    seen(tried.object, on);
    const ignored = on.ignore?.pathsIn(tried.object) ?? [];
    const minded = (one: KubeObject) => comparable(ignored.reduce(without, asJson(one)));
    const [before, after] = [minded(live), minded(tried.object)];
    const changes = on.ignore?.ignoresAll(tried.object) ? [] : changesBetween(before, after);
    return changes.length > 0 ? { action: 'drifted', changes, before, after } : { action: 'unchanged' };
  } catch (error) {
    on.signal.throwIfAborted();
    if (error instanceof Failed) return { action: 'failed', problem: error.message };
    throw error;
  }
}

/** Undefined also where it cannot be read: why, the dry run tells better. */
async function liveOf(
  object: KubeObject,
  { client, as, signal }: DriftContext,
): Promise<KubeObject | undefined> {
  return client.get(refOf(object), { as, signal }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
}

function seen(object: KubeObject, { saw }: DriftContext): void {
  if (object.kind === 'Secret' && object.apiVersion === 'v1') saw(object);
}

function isLeft(object: KubeObject, live: KubeObject | undefined, { manager }: DriftContext): boolean {
  const { leave, onlyCreate } = wishesOf(object, manager);
  return leave || (live !== undefined && (onlyCreate || wishesOf(live, manager).leave));
}

/** What SOPS has encrypted is not known here: where the cluster has a value for it, that counts. */
function withLiveSecrets(object: KubeObject, live: KubeObject): KubeObject {
  const { data } = asJson(object);
  const there = asJson(live).data;
  if (object.kind !== 'Secret' || !isObject(data) || !isObject(there)) return object;
  const known = Object.entries(data).map(([key, value]): [string, Json] => [
    key,
    isMask(value) && Object.hasOwn(there, key) ? (there[key] as Json) : value,
  ]);
  return asKubeObject({ ...asJson(object), data: Object.fromEntries(known) });
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Labels, annotations, and all that is neither metadata nor status. What kubectl has noted down repeats the rest. */
function comparable({ metadata, status, ...rest }: JsonObject): JsonObject {
  const { labels = {}, annotations = {} } = isObject(metadata) ? metadata : {};
  const { [lastApplied]: _, ...others } = isObject(annotations) ? annotations : {};
  return { metadata: { labels, annotations: others }, ...rest };
}
