import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Checkout, referenceFolders, stampOf, stateOf } from './checkout.ts';

export interface WatchOptions {
  checkout: Checkout;
  /** The files to follow as they are saved, from the root of the checkout. */
  savedPaths(): string[];
  /** Whether saved files count at all. */
  dirty: boolean;
  /** Look at what has changed. Never rejects. */
  look(): Promise<void>;
  /** Milliseconds between the slow looks. */
  every?: number;
}

/** Several files are saved, and several references moved, in one go. */
const settle = 100;

/** Folders that are watched, and files and folders that a slow look takes in, at most. */
const mostFolders = 8192;
const mostStamps = 2000;

/** What may be in a folder that has just come. */
const mostDiscovered = 500;

/**
 * Look soon after something in the checkout has changed that may matter. Folders are watched, never files: git and
 * editors replace a file by another, and who watches the first hears no more. Events can be lost, and some file systems
 * have none: a slow look that costs next to nothing stands behind them.
 * @returns what ends it
 */
export function watchCheckout(options: WatchOptions): () => void {
  const { checkout, dirty, savedPaths, every = 3000 } = options;
  const stamps = new Map<string, string>();
  let state = stateOf(checkout);
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let again = false;
  let ended = false;

  const soon = () => {
    again = true;
    if (!looking && !ended) timer ??= setTimeout(lookNow, settle);
  };
  const lookNow = async () => {
    timer = undefined;
    looking = true;
    again = false;
    state = stateOf(checkout);
    await options.look();
    looking = false;
    if (ended) return;
    if (follow() || again) soon();
  };
  const folders = new WatchedFolders((folder, name) => {
    if (isOfGit(folder, checkout) ? matters(name) : dirty && name !== '.git') {
      if (dirty) folders.discover(join(folder, name));
      soon();
    }
  });
  /** Returns whether there are folders that nobody has watched until now. */
  const follow = () => {
    const wanted = new Set(referenceFolders(checkout));
    if (dirty) for (const folder of foldersOf(savedPaths())) wanted.add(join(checkout.root, folder));
    return folders.follow(wanted);
  };
  follow();
  const slow = setInterval(() => {
    if (looking) return;
    if (stateOf(checkout) !== state || (dirty && hasChanged(checkout.root, savedPaths(), stamps))) soon();
  }, every).unref();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(slow);
    folders.close();
  };
}

function isOfGit(folder: string, { gitDir, commonDir, root }: Checkout): boolean {
  const within = (parent: string) => folder === parent || folder.startsWith(`${parent}/`);
  return folder !== root && (within(gitDir) || within(commonDir));
}

/** Names in the folders of git that say where branches and tags are; locks come and go. */
function matters(name: string): boolean {
  return (
    !name.endsWith('.lock') &&
    !/^(index|COMMIT_EDITMSG|FETCH_HEAD|ORIG_HEAD|logs|objects|hooks|config)$/.test(name)
  );
}

/** The folders that files are in, up to the root, which is the empty string. The nearest to it come first. */
function foldersOf(paths: string[]): string[] {
  const folders = new Set(['']);
  for (const path of paths) {
    for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  return [...folders].sort((a, b) => a.split('/').length - b.split('/').length);
}

/** Whether a part of the files and folders are others than when they were last looked at; the next part comes next. */
function hasChanged(root: string, paths: string[], stamps: Map<string, string>): boolean {
  const all = [...foldersOf(paths), ...paths];
  const known = new Set(all);
  for (const path of stamps.keys()) if (!known.has(path)) stamps.delete(path);
  const start =
    (stamps.size < all.length ? stamps.size : Math.floor(Math.random() * all.length)) % all.length;
  let changed = false;
  for (let i = 0; i < Math.min(mostStamps, all.length); i++) {
    const path = all[(start + i) % all.length]!;
    const stamp = stampOf(join(root, path));
    const before = stamps.get(path);
    stamps.set(path, stamp);
    if (before !== undefined && before !== stamp) changed = true;
  }
  return changed;
}

/** Folders, each with a watch of its own that is renewed when another folder takes its place. */
class WatchedFolders {
  readonly #changed: (folder: string, name: string) => void;
  readonly #watchers = new Map<string, { watcher: FSWatcher; ino: number }>();

  constructor(changed: (folder: string, name: string) => void) {
    this.#changed = changed;
  }

  /** Watch these and no others. Returns whether some of them are new. */
  follow(folders: Set<string>): boolean {
    for (const [folder, { watcher, ino }] of this.#watchers) {
      const isSame = inodeOf(folder) === ino;
      if (isSame && (folders.has(folder) || holdsNoFile(folder))) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    const before = this.#watchers.size;
    for (const folder of folders) this.#add(folder);
    return this.#watchers.size > before;
  }

  /** A new folder and those in it are watched until a look tells that no file in it matters. */
  discover(path: string): void {
    const found = [path];
    for (let i = 0; i < found.length && found.length < mostDiscovered; i++) {
      if (inodeOf(found[i]!) === undefined) continue;
      this.#add(found[i]!);
      found.push(
        ...entriesOf(found[i]!)
          .filter(name => name !== '.git')
          .map(name => join(found[i]!, name)),
      );
    }
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder) || this.#watchers.size >= mostFolders) return;
    const ino = inodeOf(folder);
    if (ino === undefined) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => this.#changed(folder, name ?? ''));
      watcher.on('error', () => {}); // the slow look sees to what cannot be watched
      this.#watchers.set(folder, { watcher, ino });
    } catch {
      // It has gone, or there are as many watches as the machine allows.
    }
  }
}

/** Files may still come: nothing tells yet whether they are ignored. */
function holdsNoFile(folder: string): boolean {
  return entriesOf(folder).every(name => inodeOf(join(folder, name)) !== undefined);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a folder that is no link. */
function inodeOf(path: string): number | undefined {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() ? found.ino : undefined;
  } catch {
    return undefined;
  }
}
