import { apiVersionOfKind, kinds } from '@millrace/api';
import { apiVersionOf, type KubeObject, type ObjectRef } from '@millrace/kube';
import { ActionError } from './actions.ts';
import type { Viewer } from './viewer.ts';

/** In the place of a namespace where there is none. */
const nowhere = '_';

/**
 * The object that an address names: `Kustomization` for our own kinds, `Deployment.apps` and `Pod.` for others. Throws
 * ActionError for what names none.
 */
export async function namedBy({ client }: Viewer, query: URLSearchParams): Promise<ObjectRef> {
  const [kind, namespace, name] = ['kind', 'namespace', 'name'].map(key => query.get(key) ?? '');
  if (!kind || !namespace || !name) throw new ActionError('say which object (kind, namespace, name)');
  const place = namespace === nowhere ? {} : { namespace };
  const own = kinds.find(one => one.kind === kind);
  if (own) return { apiVersion: apiVersionOfKind(own), kind, name, ...place };
  const dot = kind.indexOf('.');
  const [word, group] = [kind.slice(0, dot), kind.slice(dot + 1)];
  const all = dot > 0 ? await client.discovery.all() : [];
  const found = all.find(one => one.kind === word && one.group === group);
  if (!found)
    throw new ActionError(`the cluster has no kind ${kind.slice(0, 100)} (Kind.group, or Kind. of the core)`);
  return { apiVersion: apiVersionOf(found.group, found.version), kind: word, name, ...place };
}

/** The object itself, read in the name of the viewer. Throws ActionError, ApiError. */
export async function readNamed(
  viewer: Viewer,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<KubeObject> {
  const ref = await namedBy(viewer, query);
  const object = await viewer.client.get(ref, { as: viewer.as, signal });
  return { ...object, apiVersion: ref.apiVersion, kind: ref.kind };
}
