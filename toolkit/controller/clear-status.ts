import type { Resource } from '@millrace/api';
import { isObject, type Json } from '@millrace/json';
import { isNotFound, type KubeClient, refOf } from '@millrace/kube';

/** Take away every field of an object's status, but for what it has from its definition. */
export async function clearStatus(client: KubeClient, object: Resource, fieldManager: string): Promise<void> {
  const status = (object.status ?? {}) as Json;
  const fields = isObject(status)
    ? Object.keys(status).filter(field => field !== 'observedGeneration' || status[field] !== -1)
    : [];
  if (fields.length === 0) return;
  const patch = { status: Object.fromEntries(fields.map(field => [field, null])) };
  await client
    .patch(refOf(object), 'merge', patch, { as: 'own', fieldManager, subresource: 'status' })
    .catch(error => {
      if (!isNotFound(error)) throw error;
    });
}
