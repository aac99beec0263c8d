import { asJson, type KubeClient, type KubeObject, refOf } from '@millrace/kube';

const as = { as: 'own', fieldManager: 'restored' } as const;

/** Put an object of another cluster into this one, with its status and with what its managers own. */
export async function restore(client: KubeClient, object: KubeObject): Promise<void> {
  const { status: _, ...rest } = object;
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...metadata } = object.metadata;
  const ref = refOf(object);
  await client.create({ ...rest, metadata }, as);
  const { status } = asJson(object);
  if (status !== undefined) await client.patch(ref, 'merge', { status }, { ...as, subresource: 'status' });
  const entries = (managedFields ?? []).map(entry => ({ ...entry }));
  await client.patch(ref, 'merge', { metadata: { managedFields: entries } }, as);
}
