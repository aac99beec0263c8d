import type { KubeObject } from '@millrace/kube';
import { refIn } from './named-kind.ts';
import type { Viewer } from './viewer.ts';

/** The object that a request is about, read in the name of the viewer. Throws ActionError, ApiError. */
export async function readNamed(
  { client, as }: Viewer,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<KubeObject> {
  const ref = await refIn(client, query);
  const object = await client.get(ref, { as, signal });
  return { ...object, apiVersion: ref.apiVersion, kind: ref.kind };
}
