import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from '@millrace/api';
import { downloadArtifact, downloadUnverified, type SharedTree, unpackTree } from '@millrace/artifact';
import { git } from '@millrace/git';
import { isObject, type JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { writeSnapshot } from '@millrace/source-controller';
import type { Viewer } from '@millrace/web';
import { CliError } from '../cli-error.ts';
import { formerArchive } from './former-archive.ts';
import { reachFor } from './reach.ts';

/** Where the repository of a URL lies on this machine; undefined for those that do not. */
export type LocalGit = (url: string) => string | undefined;

/** The files of a source at its revisions, as far as they are still to be had. */
export interface Trees {
  /** Throws CliError with why they are not. */
  open(source: KubeObject, revision: string, on: On): Promise<SharedTree>;
  /** Why the files of a revision are not to be had; undefined where they are. */
  lost(source: KubeObject, revision: string, on: On): Promise<string | undefined>;
}

/** For whom it is done, and what is to be told of it. */
export interface On {
  viewer: Viewer;
  signal: AbortSignal;
  warn(note: string): void;
}

/** Milliseconds that somebody who chooses waits for whether an archive is there. */
const patience = 3000;

export function treesOf(localGit: LocalGit | undefined): Trees {
  const commitHere = async (source: KubeObject, revision: string, signal: AbortSignal) => {
    const spec = specOf(source);
    const path = localGit && source.kind === 'GitRepository' ? localGit(String(spec.url)) : undefined;
    const commit = commitOf(revision);
    if (path === undefined || commit === undefined) return undefined;
    const args = ['-C', path, 'cat-file', '-e', `${commit}^{commit}`];
    const isThere = await git({ args, what: 'unable to look for a commit', signal }).then(
      () => true,
      () => false,
    );
    return isThere ? { path, commit } : undefined;
  };

  return {
    async open(source, revision, on) {
      const { viewer, signal, warn } = on;
      const artifact = artifactOf(source);
      if (artifact?.revision === revision) return unpackTree(await download(artifact, on));
      const here = await commitHere(source, revision, signal);
      if (here) {
        requireWhole(source);
        return treeOfCommit(here, specOf(source), signal);
      }
      const url = artifact && formerArchive(artifact, revision);
      if (!url || !(await isKept(url, revision, viewer, signal)))
        throw new CliError(notKept(source, revision));
      warn(
        `${revision} comes from the archive that the source still keeps: of former ones no digest is told`,
      );
      return unpackTree(await download({ url, revision }, on));
    },
    async lost(source, revision, { viewer, signal }) {
      const artifact = artifactOf(source);
      if (artifact?.revision === revision) return undefined;
      if (await commitHere(source, revision, signal)) return undefined;
      const url = artifact && formerArchive(artifact, revision);
      if (url && (await isKept(url, revision, viewer, signal))) return undefined;
      return notKept(source, revision);
    },
  };
}

/** Whether an archive is there, and can be reached. */
async function isKept(url: string, revision: string, viewer: Viewer, signal: AbortSignal): Promise<boolean> {
  const leaving = new AbortController();
  const within = AbortSignal.any([signal, leaving.signal, AbortSignal.timeout(patience)]);
  try {
    await reachFor(viewer)({ url, revision }, within);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    leaving.abort();
  }
}

const specOf = ({ spec }: KubeObject): JsonObject =>
  isObject(spec as JsonObject) ? (spec as JsonObject) : {};

export function artifactOf({ status }: KubeObject): Artifact | undefined {
  return (status as { artifact?: Artifact } | undefined)?.artifact;
}

/** `main@sha1:1287a9cc…`: the commit of a revision of Git. */
export function commitOf(revision: string): string | undefined {
  return /(?:^|@)sha(?:1|256):([0-9a-f]{40,64})$/.exec(revision)?.[1];
}

function notKept({ kind, metadata }: KubeObject, revision: string): string {
  return `${revision} is not kept: of ${kind} ${metadata.namespace}/${metadata.name} there is its newest artifact`;
}

async function download(
  artifact: Artifact | { url: string; revision: string },
  { viewer, signal }: On,
): Promise<Uint8Array> {
  const reach = reachFor(viewer);
  try {
    return 'digest' in artifact
      ? await downloadArtifact(artifact, signal, { reach })
      : await downloadUnverified(artifact, signal, { reach });
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof Error)) throw cause;
    throw new CliError(cause.message, { cause });
  }
}

/** What other repositories give to an artifact is not looked for. */
function requireWhole(source: KubeObject): void {
  const { include, recurseSubmodules } = specOf(source);
  if ((Array.isArray(include) && include.length > 0) || recurseSubmodules === true)
    throw new CliError('the artifact of an older commit is not made again where others are included in it');
}

/** The artifact of a commit, as the source controller makes it. */
async function treeOfCommit(
  { path, commit }: { path: string; commit: string },
  spec: JsonObject,
  signal: AbortSignal,
): Promise<SharedTree> {
  const file = join(tmpdir(), `millrace-preview-${randomUUID()}.tar.gz`);
  const folders = Array.isArray(spec.sparseCheckout) ? spec.sparseCheckout.map(String) : undefined;
  const ignore = typeof spec.ignore === 'string' ? spec.ignore : undefined;
  try {
    await writeSnapshot({ repository: path, commit, rules: { ignore, folders } }, file, signal);
    return await unpackTree(createReadStream(file));
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof Error)) throw cause;
    throw new CliError(cause.message, { cause });
  } finally {
    await rm(file, { force: true });
  }
}
