import { BuildError } from './build-error.ts';
import { type FileTree, joinPath } from './file-tree.ts';
import { kustomizationFileNames } from './kustomization.ts';

/** What a remote address stands for: the content of one file, or a tree and the directory in it to build. */
export type RemoteBase = { file: Uint8Array } | { files: FileTree; path: string };

/** Fetches a Git or HTTP base; undefined when it does not know the address. It must answer at once. */
export type RemoteLoader = (url: string) => RemoteBase | undefined;

export type LoadRestrictor = 'rootOnly' | 'none';

export interface LoaderOptions {
  restrictor: LoadRestrictor;
  remote: RemoteLoader | undefined;
  /** See BuildOptions. */
  strict: boolean;
  lenientRoot: boolean;
  /** The remote bases on the way here, to find cycles. */
  urls?: readonly string[];
}

/** Reads what one kustomization refers to, seen from its directory. */
export class Loader {
  readonly tree: FileTree;
  /** The directory of the kustomization, '' for the root of the tree. */
  readonly directory: string;
  readonly #options: LoaderOptions;
  /** The directories on the way here, of the same tree, to find cycles. */
  readonly #visited: readonly string[];

  constructor(tree: FileTree, directory: string, options: LoaderOptions, visited: readonly string[] = []) {
    this.tree = tree;
    this.directory = directory;
    this.#options = options;
    this.#visited = [...visited, directory];
  }

  get strict(): boolean {
    return this.#options.strict;
  }

  get lenientRoot(): boolean {
    return this.#options.lenientRoot;
  }

  /** A path in the tree, for errors and as the name of a source. */
  pathOf(path: string): string {
    return joinPath(this.directory, path) ?? path;
  }

  /** The content of a file, undefined if there is none. @throws BuildError for a path outside the root */
  tryRead(path: string): Uint8Array | undefined {
    if (isRemote(path)) {
      const base = this.#options.remote?.(path);
      return base !== undefined && 'file' in base ? base.file : undefined;
    }
    const full = this.#inTree(path);
    const content = this.tree.read(full);
    if (content !== undefined) this.#requireInRoot(this.#resolved(full, path), path);
    return content;
  }

  read(path: string): Uint8Array {
    const content = this.tryRead(path);
    if (content === undefined) throw new BuildError(`there is no file ${path}`);
    return content;
  }

  readText(path: string): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.read(path));
  }

  /** A loader for the base at `path`: a directory, or a remote address. */
  enter(path: string): Loader {
    if (isRemote(path)) return this.#enterRemote(path);
    const named = this.#inTree(path);
    if (this.tree.list(named) === undefined) throw new BuildError(`there is no file or directory ${path}`);
    const directory = this.#resolved(named, path);
    const within = this.#visited.find(
      one => one === directory || directory === '' || one.startsWith(`${directory}/`),
    );
    if (within !== undefined) {
      throw new BuildError(
        `${path} leads back to ${within || 'the root'}: a kustomization cannot hold itself`,
      );
    }
    return new Loader(this.tree, directory, this.#options, this.#visited);
  }

  #enterRemote(url: string): Loader {
    const { urls = [] } = this.#options;
    if (urls.includes(url))
      throw new BuildError(`${url} leads back to itself: a kustomization cannot hold itself`);
    const base = this.#options.remote?.(url);
    if (base === undefined || 'file' in base) {
      throw new BuildError(
        `${url} is remote, and no remote base is loaded here: copy it into the repository`,
      );
    }
    return new Loader(base.files, base.path, { ...this.#options, urls: [...urls, url] });
  }

  /** The name and content of the kustomization file of this directory. */
  kustomizationFile(): { path: string; text: string } {
    const found = kustomizationFileNames
      .map(name => joinPath(this.directory, name)!)
      .filter(path => this.tree.read(path) !== undefined);
    const [path] = found;
    if (path === undefined) {
      throw new BuildError(`there is no ${kustomizationFileNames.join(' and no ')}`, {
        file: this.directory || '.',
      });
    }
    if (found.length > 1) throw new BuildError(`${found.join(' and ')} are both there: keep one`);
    return { path, text: new TextDecoder().decode(this.tree.read(path)) };
  }

  #inTree(path: string): string {
    if (path.startsWith('/'))
      throw new BuildError(`${path} is absolute: paths are relative to the kustomization`);
    const full = joinPath(this.directory, path);
    if (full === undefined) throw new BuildError(`${path} leads out of the files that are there`);
    return full;
  }

  #resolved(full: string, path: string): string {
    const resolved = this.tree.resolve === undefined ? full : this.tree.resolve(full);
    if (resolved === undefined)
      throw new BuildError(`the link ${path} leads out of the files that are there`);
    return resolved;
  }

  #requireInRoot(full: string, path: string): void {
    if (this.#options.restrictor === 'none' || this.directory === '' || full.startsWith(`${this.directory}/`))
      return;
    throw new BuildError(
      `the file ${path} is outside ${this.directory}: a kustomization may read files below itself only`,
    );
  }
}

/** True for what cannot be a path of the tree: URLs and the short forms of Git addresses. */
export function isRemote(path: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ||
    /^(?:git@|git::|github\.com[/:])/.test(path) ||
    /[?&](?:ref|version)=/.test(path)
  );
}
