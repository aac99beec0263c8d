import type { Resource } from '@millrace/api';
import { isConflict, type KubeClient, refOf } from '@millrace/kube';

/** Change an object's finalizers. Others edit the list too: on a conflict it is read again. */
export async function editFinalizers<R extends Resource>(
  client: KubeClient,
  object: R,
  fieldManager: string,
  edit: (finalizers: string[]) => string[],
): Promise<R> {
  const { finalizers = [], resourceVersion = null } = object.metadata;
  const patch = { metadata: { finalizers: edit(finalizers), resourceVersion } };
  try {
    return await client.patch<R>(refOf(object), 'merge', patch, { fieldManager, as: 'own' });
  } catch (error) {
    if (!isConflict(error)) throw error;
    return editFinalizers(client, await client.get<R>(refOf(object), { as: 'own' }), fieldManager, edit);
  }
}
