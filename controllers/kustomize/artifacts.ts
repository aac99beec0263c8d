import type { Artifact } from '@millrace/api';
import { downloadArtifact } from '@millrace/artifact';

/** The archives of sources: each is downloaded and verified once for all who build from it. */
export interface Artifacts {
  /**
   * The bytes, in memory that threads share. Throws ArtifactError when they are not to be had, or the reason of the
   * signal.
   */
  open(artifact: Artifact, signal: AbortSignal): Promise<Uint8Array>;
}

/** Milliseconds for one download; who wants it may give up earlier. */
const timeout = 5 * 60_000;
/** Archives that are kept: more revisions than these are seldom built from at a time. */
const keep = 4;

export function openArtifacts(): Artifacts {
  const opened = new Map<string, Promise<Uint8Array>>();
  const download = async (artifact: Artifact) => {
    const bytes = await downloadArtifact(artifact, AbortSignal.timeout(timeout));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    shared.set(bytes);
    return shared;
  };
  return {
    async open(artifact, signal) {
      const key = `${artifact.digest} ${artifact.url}`;
      const found = opened.get(key) ?? download(artifact);
      opened.delete(key);
      opened.set(key, found); // the newest is the last
      if (opened.size > keep) opened.delete(opened.keys().next().value!);
      found.catch(() => opened.get(key) === found && opened.delete(key));
      return unlessAborted(found, signal);
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
