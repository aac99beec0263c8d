import type { GitRepository } from '@millrace/api';
import type { References } from '@millrace/git';
import { latest } from '@millrace/semver';

/** What spec.ref asks for, resolved against what the remote has. */
export interface Target {
  /** A full reference name, or a commit: what to fetch. */
  reference: string;
  commit: string;
  /** `main@sha1:…`, as status.artifact.revision says it. */
  revision: string;
  /** In the history of which a commit has to be that was named by itself. */
  within?: string;
}

/** The remote does not have what spec.ref asks for. */
export class ReferenceNotFound extends Error {
  override readonly name = 'ReferenceNotFound';
}

type Ref = NonNullable<GitRepository['spec']['ref']>;

/** Flux's default where spec.ref says nothing. */
const defaultBranch = 'master';

/** What to ask the remote for. Empty: nothing, a commit is known by itself. */
export function patternsFor(ref: Ref = {}): string[] {
  if (ref.commit) return [];
  if (ref.name) return [withoutPeel(ref.name), `${withoutPeel(ref.name)}^{}`];
  if (ref.semver) return ['refs/tags/*'];
  if (ref.tag) return [`refs/tags/${ref.tag}`, `refs/tags/${ref.tag}^{}`];
  return [`refs/heads/${ref.branch || defaultBranch}`];
}

/**
 * The first of commit, name, semver, tag and branch that is set decides, as Flux's API reference has it. Throws
 * ReferenceNotFound.
 * @param url of the remote, for messages
 */
export function resolveReference(ref: Ref = {}, remote: References, url: string): Target {
  if (ref.commit) {
    const commit = ref.commit.toLowerCase();
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
      throw new ReferenceNotFound(
        `unable to resolve commit object for '${ref.commit}': it is no name of one`,
      );
    const hash = hashName(commit);
    return {
      reference: commit,
      commit,
      revision: ref.branch ? `${ref.branch}@${hash}` : hash,
      within: `refs/heads/${ref.branch || '*'}`,
    };
  }
  if (ref.name)
    return found(
      withoutPeel(ref.name),
      ref.name,
      remote,
      `unable to resolve ref '${ref.name}' to a specific commit`,
    );
  if (ref.semver) return highestTag(ref.semver, remote);
  const named = (reference: string, name: string) =>
    found(reference, name, remote, `unable to clone '${url}': couldn't find remote ref "${reference}"`);
  if (ref.tag) return named(`refs/tags/${ref.tag}`, ref.tag);
  const branch = ref.branch || defaultBranch;
  return named(`refs/heads/${branch}`, branch);
}

/** `refs/tags/v1^{}` is what the tag points at, which is what is fetched of any tag. */
function withoutPeel(name: string): string {
  return name.endsWith('^{}') ? name.slice(0, -'^{}'.length) : name;
}

function highestTag(constraint: string, remote: References): Target {
  const tags = [...remote.keys()]
    .filter(name => name.startsWith('refs/tags/'))
    .map(name => name.slice('refs/tags/'.length));
  const tag = latestTag(tags, constraint);
  return found(`refs/tags/${tag}`, `${tag}`, remote, `no match found for semver: ${constraint}`);
}

function latestTag(tags: string[], constraint: string): string | undefined {
  try {
    return latest(tags, constraint);
  } catch (cause) {
    throw new ReferenceNotFound(`semver parse error: improper constraint: "${constraint}"`, { cause });
  }
}

function found(reference: string, name: string, remote: References, problem: string): Target {
  const commit = remote.get(reference);
  if (!commit) throw new ReferenceNotFound(problem);
  return { reference, commit, revision: `${name}@${hashName(commit)}` };
}

/** Git names objects by SHA-1 or, in repositories made for it, by SHA-256. */
function hashName(commit: string): string {
  return `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
}
