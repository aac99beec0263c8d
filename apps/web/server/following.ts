import { ApiError, delay, type KubeObject, NoMatchError, type Selection, watch } from '@millrace/kube';
import type { Viewer } from './viewer.ts';

/** Milliseconds between attempts at a server that is away. */
const pause = { least: 250, most: 10_000 };
/** Seconds after which the server is to end a watch, so that one does not outlive a right by a minute. */
const turn = 50;

/**
 * Told of every change of what is selected, in the viewer's name, until the signal ends it; `undefined` where changes
 * may have been missed: at the beginning too, for what the caller has looked at is older. Throws ApiError where the
 * viewer may not, and NoMatchError for a kind that is not served.
 */
export async function followChanges(
  { client, as }: Viewer,
  selection: Selection,
  changed: (object: KubeObject | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, ...rest } = selection;
  let wait = pause.least;
  while (!signal.aborted) {
    try {
      const list = await client.list(apiVersion, kind, { ...rest, limit: 1, signal, as });
      changed(undefined);
      let { resourceVersion } = list;
      // The server ends it in peace: the next begins where it ended.
      while (!signal.aborted) {
        const options = { ...rest, resourceVersion, timeoutSeconds: turn, signal, as };
        for await (const event of watch(client, apiVersion, kind, options)) {
          wait = pause.least;
          resourceVersion =
            event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '');
          if (event.type !== 'BOOKMARK') changed(event.object);
        }
        await delay(pause.least, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isRefusal(error)) throw error;
      await delay(wait * (0.5 + Math.random()), signal).catch(() => {});
      wait = Math.min(wait * 2, pause.most);
    }
  }
}

/** It will be no different the next time. */
function isRefusal(error: unknown): boolean {
  if (error instanceof NoMatchError) return true;
  return error instanceof ApiError && [400, 401, 403, 404, 405].includes(error.code);
}
