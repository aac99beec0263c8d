/**
 * The files of an artifact, read where they lie in its archive: unpacked once, in memory that threads share, and found
 * by path without a walk. It is a tree as @millrace/kustomize wants one.
 */
export interface ArtifactTree {
  /** The content of a file, a view of the archive; links are followed. Undefined where there is no file. */
  read(path: string): Uint8Array | undefined;
  /** What is in a folder, the empty string for the root; links are followed to it, and are no folders in it. */
  list(folder: string): { name: string; directory: boolean }[] | undefined;
  /** Where something really is, links followed; undefined where they lead to nothing or in a circle. */
  resolve(path: string): string | undefined;
}

/** What crosses from thread to thread: nothing is copied. */
export interface SharedTree {
  /** The tar archive as it is. */
  archive: SharedArrayBuffer;
  /** Where its files are. */
  index: SharedArrayBuffer;
}

/** A file, link or empty folder on its way into an index. */
export type TreeNode =
  | { kind: 'file'; path: string; offset: number; size: number }
  | { kind: 'link'; path: string; target: string }
  | { kind: 'folder'; path: string };

const kinds = ['file', 'link', 'folder'] as const;

/** Numbers of an entry: where its path starts, its kind, and two that depend on that. */
const width = 4;

/** Numbers before the first entry: how many there are, where the last path ends, how many are links. */
const heading = 3;

/** As Linux: a path that goes through more links is taken for a circle. */
const mostLinks = 40;

/**
 * An index in one piece of memory: a heading, four numbers for each entry in the order of the paths, the paths as UTF-8.
 * @param nodes no two of the same path, none with `.` or `..`
 */
export function indexOf(nodes: TreeNode[]): SharedArrayBuffer {
  const entries = nodes
    .map(node => ({ node, path: Buffer.from(node.path) }))
    .sort((a, b) => Buffer.compare(a.path, b.path));
  const targets = entries.map(({ node }) => Buffer.from(node.kind === 'link' ? node.target : ''));
  const texts = [...entries.map(({ path }) => path), ...targets];
  const start = 4 * (heading + entries.length * width);
  const index = new SharedArrayBuffer(start + texts.reduce((sum, text) => sum + text.length, 0));
  const numbers = new Uint32Array(index, 0, start / 4);
  const bytes = Buffer.from(index);
  let end = start;
  const put = (text: Buffer) => {
    text.copy(bytes, end);
    end += text.length;
    return end - text.length;
  };
  numbers[0] = entries.length;
  for (const [i, { path, node }] of entries.entries()) {
    const at = heading + i * width;
    numbers[at] = put(path);
    numbers[at + 1] = kinds.indexOf(node.kind);
    if (node.kind === 'file') numbers.set([node.offset, node.size], at + 2);
  }
  numbers[1] = end;
  numbers[2] = nodes.filter(({ kind }) => kind === 'link').length;
  for (const [i, target] of targets.entries()) {
    if (entries[i]!.node.kind === 'link') numbers.set([put(target), target.length], heading + i * width + 2);
  }
  return index;
}

export function artifactTree(shared: SharedTree): ArtifactTree {
  return new IndexedTree(shared);
}

class IndexedTree implements ArtifactTree {
  readonly #archive: SharedArrayBuffer;
  readonly #numbers: Uint32Array;
  readonly #bytes: Buffer;
  readonly #count: number;
  readonly #hasLinks: boolean;

  constructor({ archive, index }: SharedTree) {
    this.#archive = archive;
    this.#bytes = Buffer.from(index);
    this.#numbers = new Uint32Array(index, 0, Math.floor(index.byteLength / 4));
    this.#count = this.#numbers[0]!;
    this.#hasLinks = this.#numbers[2]! > 0;
  }

  read(path: string): Uint8Array | undefined {
    const real = this.resolve(path);
    const found = real === undefined ? -1 : this.#find(real);
    if (found < 0 || this.#kind(found) !== 'file') return undefined;
    return new Uint8Array(this.#archive, this.#number(found, 2), this.#number(found, 3));
  }

  list(folder: string): { name: string; directory: boolean }[] | undefined {
    const real = this.resolve(folder);
    if (real === undefined || !this.#isFolder(real)) return undefined;
    const prefix = real === '' ? '' : `${real}/`;
    const length = Buffer.byteLength(prefix);
    const found: { name: string; directory: boolean }[] = [];
    for (let i = this.#from(prefix); i < this.#count && this.#startsWith(i, prefix); ) {
      const rest = this.#path(i).subarray(length);
      const slash = rest.indexOf('/');
      const name = rest.subarray(0, slash < 0 ? rest.length : slash).toString('utf8');
      found.push({ name, directory: slash >= 0 || this.#kind(i) === 'folder' });
      // `0` is the character after the slash: the next that is not in this folder.
      i = slash < 0 ? i + 1 : this.#from(`${prefix}${name}0`);
    }
    return this.#withoutTwins(found);
  }

  resolve(path: string): string | undefined {
    const parts = path.split('/').filter(part => part !== '' && part !== '.');
    if (!this.#hasLinks) {
      const real = normalized([], parts);
      return real !== undefined && this.#exists(real.join('/')) ? real.join('/') : undefined;
    }
    const real = this.#follow(parts);
    return real !== undefined && this.#exists(real.join('/')) ? real.join('/') : undefined;
  }

  /** Folder by folder, as a kernel does it. */
  #follow(path: string[]): string[] | undefined {
    const left = path.toReversed();
    const real: string[] = [];
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (real.pop() === undefined) return undefined;
        continue;
      }
      real.push(part);
      const found = this.#find(real.join('/'));
      if (found < 0 || this.#kind(found) !== 'link') continue;
      if (++links > mostLinks) return undefined;
      real.pop();
      const start = this.#number(found, 2);
      const target = this.#bytes.toString('utf8', start, start + this.#number(found, 3));
      left.push(...target.split('/').reverse());
    }
    return real;
  }

  #exists(path: string): boolean {
    return this.#find(path) >= 0 || this.#isFolder(path);
  }

  #isFolder(path: string): boolean {
    if (path === '') return true;
    const found = this.#find(path);
    if (found >= 0 && this.#kind(found) === 'folder') return true;
    const first = this.#from(`${path}/`);
    return first < this.#count && this.#startsWith(first, `${path}/`);
  }

  /** A folder that is named by itself and by what is in it. */
  #withoutTwins(found: { name: string; directory: boolean }[]): { name: string; directory: boolean }[] {
    const seen = new Set<string>();
    return found.filter(({ name }) => !seen.has(name) && seen.add(name));
  }

  #find(path: string): number {
    const i = this.#from(path);
    return i < this.#count && this.#path(i).equals(Buffer.from(path)) ? i : -1;
  }

  /** The first entry that is not before this path. */
  #from(path: string): number {
    const wanted = Buffer.from(path);
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.#path(middle), wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #startsWith(i: number, prefix: string): boolean {
    const wanted = Buffer.from(prefix);
    return this.#path(i).subarray(0, wanted.length).equals(wanted);
  }

  #path(i: number): Buffer {
    const end = i + 1 < this.#count ? this.#number(i + 1, 0) : this.#numbers[1]!;
    return this.#bytes.subarray(this.#number(i, 0), end);
  }

  #kind(i: number): (typeof kinds)[number] {
    return kinds[this.#number(i, 1)]!;
  }

  #number(i: number, which: number): number {
    return this.#numbers[heading + i * width + which]!;
  }
}

function normalized(real: string[], parts: string[]): string[] | undefined {
  for (const part of parts) {
    if (part !== '..') real.push(part);
    else if (real.pop() === undefined) return undefined;
  }
  return real;
}
