import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ArtifactGenerator, externalArtifact } from '@millrace/api';
import { ArtifactError, ArtifactUnavailable, downloadArtifact, type Owner } from '@millrace/artifact';
import { Failed, Stalled } from '@millrace/controller';
import { TaskFailed } from '@millrace/threads';
import type { Composed } from './compose/compose.ts';
import { ComposeError } from './compose/compose-error.ts';
import type { Built, Deps } from './deps.ts';
import type { Observed } from './observe.ts';

/** Milliseconds before a server that is away is asked again, doubled each time, up to the second. */
const [firstPause, longestPause] = [250, 5000];

export function ownerOf(namespace: string, name: string): Owner {
  return { kind: externalArtifact.kind, namespace, name };
}

/** Where the sources of a generator lie meanwhile; names of objects are names of folders. */
export function folderOf(root: string, { metadata }: ArtifactGenerator): string {
  return join(root, metadata.namespace ?? '', metadata.name);
}

/** Fetch the sources, make all artifacts and keep them. Throws Failed, and Stalled. */
export async function build(
  generator: ArtifactGenerator,
  observed: Observed[],
  on: Deps,
  signal: AbortSignal,
): Promise<Built[]> {
  const { spec, metadata } = generator;
  const { namespace = '' } = metadata;
  const scratch = folderOf(on.folder, generator);
  try {
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const sources: Record<string, string> = {};
    for (const [i, source] of observed.entries()) {
      sources[source.alias] = join(scratch, `source-${i}`);
      await fetchSource(source, sources[source.alias]!, on, signal);
    }
    const composition = { sources, pathPattern: spec.pathPattern, outputs: spec.artifacts, scratch };
    const composed = await on.composer
      .compose(composition, { group: namespace, timeout: on.timeout, signal })
      .catch(cause => {
        throw cause instanceof ComposeError || cause instanceof TaskFailed ? buildFailed(cause) : cause;
      });
    const built: Built[] = [];
    for (const one of composed) built.push(await keep(one, namespace, on));
    return built;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function fetchSource(source: Observed, file: string, on: Deps, signal: AbortSignal): Promise<void> {
  for (let tries = 0, pause = firstPause; ; tries++, pause = Math.min(2 * pause, longestPause)) {
    try {
      await writeFile(file, await downloadArtifact(source, signal), { mode: 0o600 });
      return;
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof ArtifactError)) throw cause;
      if (!(cause instanceof ArtifactUnavailable) || tries >= on.fetchRetries)
        throw failed('SourceFetchFailed', `fetch sources failed: ${cause.message}`, cause, on.recheckAfter);
      await wait(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

async function keep(
  { name, labels, revision, originRevision, hash, file, digest, size }: Composed,
  namespace: string,
  on: Deps,
): Promise<Built> {
  const stored = await on.storage
    .put(ownerOf(namespace, name), `${hash}.tar.gz`, async place => {
      await rename(file, place);
      return { digest, size };
    })
    .catch(cause => {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw failed('BuildFailed', `${name} build failed: failed to create artifact: ${said}`, cause);
    });
  return { name, labels, revision, originRevision, ...stored };
}

function buildFailed(cause: ComposeError | TaskFailed): Failed {
  if (cause instanceof ComposeError && cause.isTerminal)
    return new Stalled('BuildFailed', cause.message, { cause });
  return failed('BuildFailed', cause.message, cause);
}

export function failed(reason: string, message: string, cause?: unknown, retryAfter?: number): Failed {
  const Reconciling = {
    status: 'True' as const,
    reason: 'ProgressingWithRetry',
    message: 'Reconciliation in progress',
  };
  return new Failed(reason, message, { cause, retryAfter, conditions: { Reconciling } });
}
