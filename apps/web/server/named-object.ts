import type { KubeObject } from '@millrace/kube';
import type { ObjectName } from '../model/object-name.ts';
import { nameIn, refOfName } from './named-kind.ts';
import type { Viewer } from './viewer.ts';

/** The object that a request is about, read in the name of the viewer. Throws ActionError, ApiError. */
export function readNamed(viewer: Viewer, query: URLSearchParams, signal: AbortSignal): Promise<KubeObject> {
  return readByName(viewer, nameIn(query), signal);
}

/** The object of a name, read in the name of the viewer. Throws ActionError, ApiError. */
export async function readByName(
  { client, as }: Viewer,
  name: ObjectName,
  signal: AbortSignal,
): Promise<KubeObject> {
  const ref = await refOfName(client, name);
  const object = await client.get(ref, { as, signal });
  return { ...object, apiVersion: ref.apiVersion, kind: ref.kind };
}
