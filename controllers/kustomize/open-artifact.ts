import { formatDuration } from '@millrace/api';
import { ArtifactUnavailable, type SharedTree } from '@millrace/artifact';
import { Failed, NotReady, Parked } from '@millrace/controller';
import { progress, type Run } from './run.ts';
import { timeoutOf } from './spec.ts';

/** Milliseconds until the next try, and the longest: Flux's fetcher has the same limit. */
const firstWait = 500;
const longestWait = 30_000;

/**
 * The files of the source's artifact. While its server is away nothing is said for a while: it may be starting, or have
 * moved, which its source will tell. Throws Parked then, NotReady where the server does not have it, and Failed.
 */
export async function openArtifact(run: Run, signal: AbortSignal): Promise<SharedTree> {
  const { ks, memory, source, on } = run;
  const timeout = formatDuration(timeoutOf(ks));
  progress(run, `Fetching manifests for revision ${source.revision} with a timeout of ${timeout}`);
  try {
    const tree = await on.artifacts.open(source.artifact, signal);
    memory.fetchFailures = 0;
    return tree;
  } catch (error) {
    signal.throwIfAborted();
    const message = (error as Error).message;
    if (!(error instanceof ArtifactUnavailable))
      throw new Failed('ArtifactFailed', message, { cause: error });
    if (error.status === 404) throw missing(on.recheckAfter);
    const failures = (memory.fetchFailures ?? 0) + 1;
    memory.fetchFailures = failures;
    if (failures <= on.fetchRetries)
      throw new Parked(message, Math.min(firstWait * 2 ** (failures - 1), longestWait));
    memory.fetchFailures = 0;
    throw new Failed('ArtifactFailed', message, { cause: error });
  }
}

function missing(retryAfter: number): NotReady {
  const message = `Source is not ready, artifact not found, retrying in ${formatDuration(retryAfter)}`;
  return new NotReady('ArtifactFailed', message, { retryAfter, note: false });
}
