import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git } from '@millrace/git';

/** The files of the sample fleet: beside the sources, or beside the bundle. */
const files = [new URL('../sample-fleet/', import.meta.url), new URL('./sample-fleet/', import.meta.url)];

/** Who the first commit is by. */
const author: [string, string][] = [
  ['user.name', 'Millrace'],
  ['user.email', 'millrace@localhost'],
  ['commit.gpgSign', 'false'],
];

/** Give an empty bare repository its first commit. One that has commits is left as it is. */
export async function seedSample(bare: string, branch: string, signal: AbortSignal): Promise<void> {
  const run = (args: string[]) =>
    git({ args, what: 'unable to make the sample fleet', settings: author, signal });
  const refs = await run(['-C', bare, 'for-each-ref', '--count=1', 'refs/heads']);
  if (refs.length > 0) return;
  const tree = await mkdtemp(join(tmpdir(), 'millrace-sample-'));
  try {
    const source = files.map(url => fileURLToPath(url)).find(path => existsSync(path));
    if (!source) throw new Error('the sample fleet is missing from the installation');
    await cp(source, tree, { recursive: true });
    await run(['-C', tree, 'init', '--quiet', `--initial-branch=${branch}`]);
    await run(['-C', tree, 'add', '--all']);
    await run(['-C', tree, 'commit', '--quiet', '--message', 'Start the fleet']);
    // Straight into the bare repository: both are ours, on this disk.
    await run([
      '-C',
      bare,
      '-c',
      'protocol.file.allow=always',
      'fetch',
      '--quiet',
      tree,
      `${branch}:${branch}`,
    ]);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
