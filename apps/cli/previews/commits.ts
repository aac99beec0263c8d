import { git } from '@millrace/git';
import type { KubeObject } from '@millrace/kube';
import { printableLine } from '@millrace/plain-text';
import type { CommitRange } from '@millrace/web';
import { commitOf, type LocalGit } from './trees.ts';

interface Known {
  subject: string;
  author: string;
  at: string;
}

/** Commits of one answer; a way back that is longer is told by its ends. */
const most = 100;

/** What the copy of a source on this machine tells of its commits. */
export class Commits {
  readonly #localGit: LocalGit | undefined;

  constructor(localGit: LocalGit | undefined) {
    this.#localGit = localGit;
  }

  async of(
    source: KubeObject,
    revisions: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, Known>> {
    const path = this.#pathOf(source);
    const known = new Map<string, Known>();
    if (path === undefined) return known;
    for (const revision of revisions.slice(0, most)) {
      const commit = commitOf(revision);
      if (commit === undefined) continue;
      const format = '--format=%s%x00%an%x00%cI';
      const text = await this.#run(path, ['log', '--no-walk', format, commit], signal);
      if (text === undefined) continue;
      const [subject = '', author = '', at = ''] = text.trimEnd().split('\0');
      known.set(revision, { subject: printableLine(subject), author: printableLine(author), at });
    }
    return known;
  }

  async between(
    source: KubeObject,
    earlier: string,
    later: string,
    signal: AbortSignal,
  ): Promise<CommitRange | undefined> {
    const path = this.#pathOf(source);
    const [from, to] = [commitOf(earlier), commitOf(later)];
    if (path === undefined || from === undefined || to === undefined) return undefined;
    const format = ['--first-parent', `--max-count=${most + 1}`, '--format=%H%x00%P%x00%s'];
    const text = await this.#run(path, ['log', ...format, `${from}..${to}`], signal);
    if (text === undefined) return undefined;
    const isAncestor = await this.#run(path, ['merge-base', '--is-ancestor', from, to], signal);
    const lines = text.split('\n').filter(line => line !== '');
    const commits = lines.slice(0, most).map(line => {
      const [id = '', parents = '', subject = ''] = line.split('\0');
      return { id, subject: printableLine(subject), isMerge: parents.includes(' ') };
    });
    return { commits, isAncestor: isAncestor !== undefined, isCut: lines.length > most };
  }

  #pathOf({ kind, spec }: KubeObject): string | undefined {
    const url = (spec as { url?: unknown } | undefined)?.url;
    return kind === 'GitRepository' && typeof url === 'string' ? this.#localGit?.(url) : undefined;
  }

  /** Undefined where git says no: the commit is not there, or no ancestor. */
  async #run(path: string, args: string[], signal: AbortSignal): Promise<string | undefined> {
    try {
      const output = await git({ args: ['-C', path, ...args], what: 'unable to read commits', signal });
      return output.toString('utf8');
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}
