import { apiVersionOfKind, kinds, names } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Viewer } from './viewer.ts';

/** The request is none that can be done. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}

const verbs = ['reconcile', 'suspend', 'resume', 'force', 'reset'] as const;
type Verb = (typeof verbs)[number];

/** As whom Flux's CLI writes; what it has set, a Kustomization leaves alone. */
const fieldManager = 'flux';

/** Do what a button says, in the name of the viewer. Returns when, as a controller will say it when it has done it. Throws ActionError, ApiError. */
export async function act(
  { client, as }: Viewer,
  body: unknown,
  signal: AbortSignal,
): Promise<{ at: string }> {
  const { verb, kind: kindName, namespace, name } = isObject(body as Json) ? (body as JsonObject) : {};
  const kind = kinds.find(one => one.kind === kindName);
  const known = verbs.find(one => one === verb);
  if (!kind || !known || typeof namespace !== 'string' || typeof name !== 'string')
    throw new ActionError('say what to do ({verb, kind, namespace, name})');
  const ref = { apiVersion: apiVersionOfKind(kind), kind: kind.kind, namespace, name };
  const now = new Date().toISOString();
  await client.patch(ref, 'merge', patchFor(known, now), { fieldManager, as, signal });
  return { at: now };
}

function patchFor(verb: Verb, now: string): JsonObject {
  if (verb === 'suspend' || verb === 'resume') return { spec: { suspend: verb === 'suspend' } };
  return {
    metadata: {
      annotations: {
        [names.requestedAt]: now,
        ...(verb === 'force' ? { [names.forceAt]: now } : {}),
        ...(verb === 'reset' ? { [names.resetAt]: now } : {}),
      },
    },
  };
}
