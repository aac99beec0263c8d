import { ComposeError } from './compose-error.ts';
import type { Content } from './file-content.ts';

/** What an artifact may hold. */
export interface StagingLimits {
  files: number;
  bytes: number;
}

export const stagingLimits: StagingLimits = { files: 250_000, bytes: 500 * 2 ** 20 };

/** The folder that an artifact is made in, as a disk would have it; nothing is copied before it is written. */
export class Staging {
  readonly #files = new Map<string, Content>();
  readonly #folders = new Set<string>();
  readonly #limits: StagingLimits;
  #bytes = 0;

  constructor(limits: StagingLimits = stagingLimits) {
    this.#limits = limits;
  }

  get files(): ReadonlyMap<string, Content> {
    return this.#files;
  }

  get folders(): ReadonlySet<string> {
    return this.#folders;
  }

  isFolder(path: string): boolean {
    return path === '' || path === '.' || this.#folders.has(path);
  }

  addFolder(path: string): void {
    for (let at = inside(path); at !== '' && !this.#folders.has(at); at = parentOf(at)) {
      if (this.#files.has(at)) throw new ComposeError(`'${at}' is a file, and cannot be a folder`);
      this.#folders.add(at);
      this.#requireRoom();
    }
  }

  put(path: string, content: Content): void {
    const place = inside(path);
    if (place === '' || this.#folders.has(place))
      throw new ComposeError(`'${place || '.'}' is a folder, and cannot be a file`);
    this.addFolder(parentOf(place));
    this.#bytes += content.size - (this.#files.get(place)?.size ?? 0);
    this.#files.set(place, content);
    this.#requireRoom();
  }

  #requireRoom(): void {
    const { files, bytes } = this.#limits;
    if (this.#files.size + this.#folders.size > files)
      throw new ComposeError(`the artifact would hold more than ${files} files and folders`);
    if (this.#bytes > bytes)
      throw new ComposeError(`the files of the artifact would take more than ${bytes} bytes`);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The root is the empty text. Throws ComposeError for what leaves the folder. */
function inside(path: string): string {
  if (path === '.' || path === '') return '';
  if (path === '..' || path.startsWith('../') || path.startsWith('/'))
    throw new ComposeError(`'${path}' leads out of the artifact`);
  return path;
}
