import { createHash } from 'node:crypto';
import type { ObjectMeta } from '@millrace/kube';

/** What all paths of webhooks begin with. */
export const hookPath = '/hook/';

/**
 * Where a Receiver is called: known to nobody who does not know its token (notification-controller,
 * docs/spec/v1/receivers.md).
 *
 * @param token empty for a Receiver that knows its callers by their identity
 */
export function webhookPath(token: Uint8Array, { name, namespace = '' }: ObjectMeta): string {
  return hookPath + createHash('sha256').update(token).update(name).update(namespace).digest('hex');
}

/** By what a path is looked up: how long that takes tells nothing of paths that are nearly right. */
export function digestOfPath(path: string): string {
  return createHash('sha256').update(path).digest('base64');
}
