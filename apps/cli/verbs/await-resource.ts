import { healthOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { type Resource, resourceOf } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { awaitObject } from './await-object.ts';
import { refTo } from './select.ts';
import type { Session } from './session.ts';

/**
 * Watch an object until `reached` says so of what it has become. `reached` throws to give up. Throws CliError when
 * the object goes away, and what the signal carries when it aborts.
 */
export async function awaitResource(
  session: Session,
  kind: ResourceKind,
  where: { name: string; namespace: string },
  reached: (resource: Resource) => boolean,
): Promise<Resource> {
  const object = await awaitObject(session, refTo(kind, where), now => {
    if (!now) throw new CliError(`${kind.kind} ${where.namespace}/${where.name} was deleted meanwhile`);
    return reached(resourceOf(now));
  });
  return resourceOf(object!);
}

/** Reasons of `Ready=False` that pass without anybody's doing: the controller is woken by what it waits for. */
const passing = new Set(['DependencyNotReady', 'Progressing']);

/**
 * Whether a reconcile has come to its end. Throws CliError with the Ready message when it has failed, also where the
 * controller will try again: Flux's own command would wait for its timeout then, and tell nothing.
 */
export function hasSucceeded({ ready, conditions, ...resource }: Resource): boolean {
  if ((ready?.observedGeneration ?? resource.observedGeneration) !== resource.generation) return false;
  const health = healthOf(resource.object);
  if (health.status === 'Current') return true;
  const reconciling = conditions.find(({ type, status }) => type === 'Reconciling' && status === 'True');
  const underWay = reconciling !== undefined && reconciling.reason !== 'ProgressingWithRetry';
  if (ready?.status === 'False' && !underWay && !passing.has(ready.reason)) throw new CliError(ready.message);
  if (health.status === 'InProgress') return false;
  throw new CliError(health.message);
}
