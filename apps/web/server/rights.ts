import { asJson, at, type KubeObject } from '@millrace/kube';
import type { Viewer } from './viewer.ts';

/** Objects of one kind in one namespace; an empty namespace stands for all of them. */
export interface Place {
  group: string;
  resource: string;
  namespace: string;
}

/** Whether a viewer may list them, as the cluster says now. */
export async function mayList(
  { client, as }: Viewer,
  { group, resource, namespace }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const question: KubeObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: {
      resourceAttributes: { group, resource, verb: 'list', ...(namespace === '' ? {} : { namespace }) },
    },
  };
  const answer = await client.create(question, { as, signal });
  return at(asJson(answer), 'status', 'allowed') === true;
}

/** Asks once for each place. What was read in the viewer's own name they may see. */
export function rightsOf(viewer: Viewer, signal: AbortSignal): (place: Place) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return place => {
    if (viewer.as === 'own') return Promise.resolve(true);
    const key = `${place.group}/${place.resource}/${place.namespace}`;
    const answer = known.get(key) ?? mayList(viewer, place, signal);
    known.set(key, answer);
    return answer;
  };
}
