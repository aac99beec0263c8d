import { git } from '@millrace/git';
import type { Commit, FindCommits } from '@millrace/web';
import type { LocalGit } from './trees.ts';

const most = { repositories: 10, commits: 5000, characters: 200 };
/** Milliseconds that git may take, and for which what it has said is good: a word that is typed is many searches. */
const patience = 10_000;
const fresh = 2000;

/** Finds commits in the repositories that lie on this machine; of others it knows none. */
export function findCommitsIn(localGit: LocalGit): FindCommits {
  const known = new Map<string, { at: number; commits: Promise<Commit[]> }>();
  const commitsIn = (path: string) => {
    const found = known.get(path);
    if (found && performance.now() - found.at < fresh) return found.commits;
    const commits = lastCommits(path).catch(() => []);
    known.set(path, { at: performance.now(), commits });
    return commits;
  };
  return async (urls, words, limit, signal) => {
    const paths = new Set(urls.flatMap(url => localGit(url) ?? []));
    const lists = await Promise.all([...paths].slice(0, most.repositories).map(commitsIn));
    signal.throwIfAborted();
    const found = new Map<string, Commit>();
    for (const commit of lists.flat()) if (fits(commit, words)) found.set(commit.sha, commit);
    return [...found.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, limit);
  };
}

function fits({ sha, subject, author }: Commit, words: readonly string[]): boolean {
  const text = `${subject} ${author}`.toLowerCase();
  return words.every(word => text.includes(word) || (word.length >= 4 && sha.startsWith(word)));
}

/** What branches, tags and branches of remotes have, the newest first. */
async function lastCommits(path: string): Promise<Commit[]> {
  const format = '%H%x00%cI%x00%an%x00%s';
  const output = await git({
    args: [
      '-C',
      path,
      'log',
      '--branches',
      '--tags',
      '--remotes',
      `--max-count=${most.commits}`,
      `--format=${format}`,
    ],
    what: 'unable to look for commits',
    signal: AbortSignal.timeout(patience),
  });
  const lines = output.toString('utf8').split('\n');
  return lines.flatMap((line): Commit[] => {
    const [sha = '', at = '', author = '', subject = ''] = line.split('\0');
    return sha === '' ? [] : [{ sha, at, author, subject: subject.slice(0, most.characters) }];
  });
}
