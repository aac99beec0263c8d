import { asJson, at, type KubeObject } from '@millrace/kube';
import type { Viewer } from './viewer.ts';

/** Something that somebody may do, or not. */
export interface Action {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  /** Undefined: in all of them. */
  namespace?: string;
}

/** Milliseconds after which it is asked anew whether somebody may still do what they do. */
export const renewal = 30_000;

/** Whether the viewer may, as the cluster says. Throws ApiError, ConnectionError. */
export async function may({ client, as }: Viewer, action: Action, signal: AbortSignal): Promise<boolean> {
  const question: KubeObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: action },
  };
  const answer = await client.create(question, { as, signal });
  return at(asJson(answer), 'status', 'allowed') === true;
}

/**
 * Aborts with the signal, and when the viewer may not any more, or the cluster does not say: API servers look at rights
 * when a request begins, and let go on what has begun.
 */
export function untilForbidden(
  viewer: Viewer,
  action: Action,
  signal: AbortSignal,
  every = renewal,
): AbortSignal {
  if (viewer.as === 'own') return signal;
  const end = new AbortController();
  const timer = setInterval(() => {
    may(viewer, action, signal)
      .catch(() => false)
      .then(allowed => allowed || end.abort());
  }, every);
  const stop = () => clearInterval(timer);
  for (const one of [signal, end.signal]) one.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return AbortSignal.any([signal, end.signal]);
}

/** Objects of one kind in one namespace; an empty namespace stands for all of them. */
export interface Place {
  group: string;
  resource: string;
  namespace: string;
}
