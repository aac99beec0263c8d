import { isObject, type Json } from '@millrace/json';
import { asJson, at, type Identity, type KubeClient, type KubeObject } from '@millrace/kube';
import type { Me } from '../model/me.ts';
import type { Door, Visit } from './door.ts';

/** What a page says of whoever looks at it. */
export async function whoIs(
  { viewer, writeToken }: Visit,
  { readOnly, door }: { readOnly: boolean; door: Door },
  signal: AbortSignal,
): Promise<Me> {
  const { user, groups } = await subjectOf(viewer.client, viewer.as, signal);
  return { user, groups, readOnly, canSignOut: door.canSignOut, writeToken };
}

/** As whom the cluster takes them. A cluster that does not say (SelfSubjectReview: Kubernetes 1.28) leaves it open. */
async function subjectOf(
  client: KubeClient,
  as: Identity,
  signal: AbortSignal,
): Promise<Pick<Me, 'user' | 'groups'>> {
  if (as !== 'own') return { user: as.user, groups: as.groups ?? [] };
  const question: KubeObject = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: { name: '' },
  };
  const answer: Json = await client.create(question, { as, signal }).then(asJson, () => null);
  const info = isObject(answer) ? at(answer, 'status', 'userInfo') : undefined;
  const { username, groups } = isObject(info) ? info : {};
  return {
    user: typeof username === 'string' ? username : '',
    groups: Array.isArray(groups) ? groups.filter(group => typeof group === 'string') : [],
  };
}
