import { git } from './service.ts';

/** A ref that a push moved; all zeros stand for one that was or is not there. */
export interface RefChange {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/** The object behind each ref of a repository. */
export async function readRefs(path: string): Promise<Map<string, string>> {
  const text = await git(path, ['for-each-ref', '--format=%(objectname) %(refname)']);
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map(line => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  );
}

export function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): RefChange[] {
  const none = (other: string) => '0'.repeat(other.length);
  const changes: RefChange[] = [];
  for (const [ref, to] of after) {
    const from = before.get(ref) ?? none(to);
    if (from !== to) changes.push({ ref, from, to });
  }
  for (const [ref, from] of before) if (!after.has(ref)) changes.push({ ref, from, to: none(from) });
  return changes;
}
