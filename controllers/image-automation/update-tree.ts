import type { ImageReference } from '@millrace/api';
import type { FileChange, Repository, TreeEntry } from '@millrace/git';
import {
  InvalidImageError,
  MarkersError,
  markerWord,
  type Setters,
  settersOf,
  updateMarkers,
} from '@millrace/markers';
import type { FileChanges } from './message.ts';

/** What the policies change in a commit. */
export interface TreeUpdate {
  files: FileChange[];
  changes: FileChanges[];
  /** Files with markers that could not be read, with why. */
  problems: string[];
}

/** The files cannot be brought to what the policies say. */
export class UpdateRefused extends Error {
  override readonly name = 'UpdateRefused';
}

/** Bytes of a file that is read for its markers, and of all of them. */
const [largestFile, mostBytes] = [4 * 2 ** 20, 64 * 2 ** 20];

/**
 * The files of a commit whose markers ask for other images, below a path. Only files with markers are read. Throws
 * UpdateRefused, GitError.
 * @param images by the names of their policies, all in one namespace
 */
export async function updateTree(
  copy: Repository,
  commit: string,
  {
    path = '',
    namespace,
    images,
  }: { path?: string; namespace: string; images: Record<string, ImageReference> },
  signal: AbortSignal,
): Promise<TreeUpdate> {
  const below = inside(path);
  const setters = settersFor(namespace, images);
  const marked = (await copy.filesWith(commit, markerWord, below, signal)).filter(isManifest);
  const update: TreeUpdate = { files: [], changes: [], problems: [] };
  const entries = marked.filter(
    ({ path, size }) => size <= largestFile || !update.problems.push(tooLarge(path)),
  );
  requireRoom(entries);
  for await (const { entry, chunks } of copy.read(entries, signal)) {
    const content = Buffer.concat(await Array.fromAsync(chunks));
    updateFile(entry, content, below, setters, update);
  }
  return update;
}

function updateFile(
  entry: TreeEntry,
  content: Buffer,
  below: string,
  setters: Setters,
  update: TreeUpdate,
): void {
  const { path, kind } = entry;
  const text = content.toString('utf8');
  if (!Buffer.from(text).equals(content)) {
    update.problems.push(`${path}: it is not in UTF-8`);
    return;
  }
  try {
    const { text: after, changes } = updateMarkers(text, setters, path);
    if (changes.length === 0) return;
    update.files.push({ path, executable: kind === 'executable', content: Buffer.from(after) });
    update.changes.push({ path: relative(path, below), changes });
  } catch (error) {
    if (!(error instanceof MarkersError)) throw error;
    update.problems.push(error.message.startsWith(path) ? error.message : `${path}: ${error.message}`);
  }
}

function requireRoom(entries: TreeEntry[]): void {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= mostBytes) return;
  const said = `the files with markers take ${size} bytes, and may take ${mostBytes}`;
  throw new UpdateRefused(`${said}: name a folder in spec.update.path`);
}

const tooLarge = (path: string) => `${path}: it is larger than ${largestFile} bytes`;

/** As upstream chooses files by their names. */
const isManifest = ({ path }: TreeEntry) => /\.ya?ml$|(?:^|\/)Kustomization$/.test(path);

function settersFor(namespace: string, images: Record<string, ImageReference>): Setters {
  try {
    const byPolicy = Object.entries(images).map(([name, image]) => [`${namespace}:${name}`, image] as const);
    return settersOf(new Map(byPolicy));
  } catch (cause) {
    if (!(cause instanceof InvalidImageError)) throw cause;
    throw new UpdateRefused(cause.message, { cause });
  }
}

/** A path that stays inside, as a root that one cannot leave would have it (cyphar/filepath-securejoin). */
function inside(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return kept.join('/');
}

/** Files are told by their paths below spec.update.path. */
function relative(path: string, below: string): string {
  if (path === below) return path.slice(path.lastIndexOf('/') + 1);
  return below === '' ? path : path.slice(below.length + 1);
}
