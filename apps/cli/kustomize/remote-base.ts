import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localRepository, type TreeEntry } from '@millrace/git';
import { type RemoteBase, treeOf } from '@millrace/kustomize';
import { withoutCredentials } from '@millrace/plain-text';
import { CliError } from '../cli-error.ts';
import { GetError, httpGet } from '../http-get.ts';
import { type GitAddress, parseGitAddress } from './git-address.ts';

const sizeLimit = 256 * 2 ** 20;
const mostFiles = 100_000;
const fileTimeout = 30_000;

/**
 * Loads what an address of a base stands for: a file over HTTP, or a Git repository. As kustomize, it asks HTTP
 * first where the address does not say that it is Git's. @throws CliError, GitError
 */
export async function loadRemoteBase(address: string): Promise<RemoteBase> {
  const file = /^https?:\/\//.test(address) && !saysGit(address) ? await download(address) : undefined;
  if (file !== undefined) return { file };
  const parsed = parseGitAddress(address);
  return { files: treeOf(await checkOut(parsed)), path: parsed.path };
}

function saysGit(address: string): boolean {
  return /[^:]\/\/|\.git(?:[/?]|$)|\/_git\/|[?&](?:ref|version)=/.test(address);
}

/** The content at an address; undefined where there is a page for people, or nothing. */
async function download(address: string): Promise<Uint8Array | undefined> {
  const fail = (problem: string, cause?: unknown) =>
    new CliError(`unable to load ${withoutCredentials(address)}: ${problem}`, { cause });
  const isFile = /\.(?:ya?ml|json)$/.test(new URL(address).pathname);
  try {
    const { body, contentType } = await httpGet(address, { patience: fileTimeout, size: sizeLimit });
    if (!contentType.startsWith('text/html')) return body;
  } catch (cause) {
    if (!(cause instanceof GetError)) throw cause;
    if (isFile || cause.status === undefined) throw fail(cause.message, cause);
    return undefined;
  }
  if (isFile) throw fail('it is a page, not a file');
  return undefined;
}

/** All files of a commit, fetched alone and without history. Submodules are not fetched. */
async function checkOut({ repository: url, ref, timeout }: GitAddress): Promise<Record<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-base-'));
  const signal = AbortSignal.timeout(timeout);
  try {
    const repository = localRepository(folder);
    const commit = await repository.fetch({ url }, ref, signal);
    const entries: TreeEntry[] = [];
    for await (const entry of repository.entries(commit, signal)) {
      if (entry.kind !== 'submodule') entries.push(entry);
      if (entries.length > mostFiles)
        throw new CliError(
          `${withoutCredentials(url)} has more than the ${mostFiles} files that are allowed`,
        );
    }
    const size = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (size > sizeLimit)
      throw new CliError(`${withoutCredentials(url)} has ${size} bytes, more than the ${sizeLimit} allowed`);
    const contents: Uint8Array[] = [];
    for await (const { chunks } of repository.read(entries, signal))
      contents.push(Buffer.concat(await Array.fromAsync(chunks)));
    return Object.fromEntries(entries.map((entry, i) => [entry.path, followed(entries, contents, i)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The content of a file, that of its target for a link to a file of the same commit. */
function followed(entries: TreeEntry[], contents: Uint8Array[], i: number): Uint8Array {
  const entry = entries[i]!;
  if (entry.kind !== 'link') return contents[i]!;
  const target = join(entry.path, '..', new TextDecoder().decode(contents[i]));
  const found = entries.findIndex(other => other.path === target && other.kind !== 'link');
  return found < 0 ? contents[i]! : contents[found]!;
}
