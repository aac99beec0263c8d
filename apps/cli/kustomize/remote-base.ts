import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localRepository, type TreeEntry, withoutCredentials } from '@millrace/git';
import { type RemoteBase, treeOf } from '@millrace/kustomize';
import { CliError } from '../cli-error.ts';
import { type GitAddress, parseGitAddress } from './git-address.ts';

const sizeLimit = 256 * 2 ** 20;
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
  const response = await fetch(address, { signal: AbortSignal.timeout(fileTimeout) }).catch(cause => {
    throw new CliError(`unable to load ${withoutCredentials(address)}: ${reasonOf(cause)}`, { cause });
  });
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!response.ok || isPage) {
    await response.body?.cancel();
    if (/\.(?:ya?ml|json)$/.test(new URL(address).pathname)) {
      const problem = response.ok ? 'it is a page, not a file' : `the server answers ${response.status}`;
      throw new CliError(`unable to load ${withoutCredentials(address)}: ${problem}`);
    }
    return undefined;
  }
  const content = new Uint8Array(await response.arrayBuffer());
  if (content.byteLength > sizeLimit) throw new CliError(`${withoutCredentials(address)} is too large`);
  return content;
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}

/** All files of a commit, fetched alone and without history. Submodules are not fetched. */
async function checkOut({ repository: url, ref, timeout }: GitAddress): Promise<Record<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-base-'));
  const signal = AbortSignal.timeout(timeout);
  try {
    const repository = localRepository(folder);
    const commit = await repository.fetch({ url }, ref, signal);
    const entries: TreeEntry[] = [];
    for await (const entry of repository.entries(commit, signal))
      if (entry.kind !== 'submodule') entries.push(entry);
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
