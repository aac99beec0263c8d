import { isObject, type Json } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';
import { rowOf } from '../model/row-of.ts';
import type { Asked } from './asked.ts';
import { readByName } from './named-object.ts';

/** The Kustomization that has applied an object, where the viewer may see it. */
export async function applierOf(
  { viewer, signal }: Pick<Asked, 'viewer' | 'signal'>,
  object: KubeObject,
): Promise<KubeObject | undefined> {
  const [kind, namespace, name] = rowOf(object).owner?.split('/') ?? [];
  if (!kind || !namespace || !name) return undefined;
  try {
    return await readByName(viewer, { kind, namespace, name }, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** The revision that a Kustomization had applied at some time, as far back as its status tells. */
export function revisionAt(ks: KubeObject, time: string): string | undefined {
  const list = at(asJson(ks), 'status', 'history');
  const found = (Array.isArray(list) ? list : [])
    .filter(isObject)
    .find(({ firstReconciled }) => Date.parse(text(firstReconciled)) <= Date.parse(time));
  return found && isObject(found.metadata) ? text(found.metadata.revision) || undefined : undefined;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
