import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCluster, startGitServer } from '../index.ts';

/** A process that keeps all that can be kept in a folder: a cluster, and repositories with a push. */
const [folder = ''] = process.argv.slice(2);
const run = promisify(execFile);
const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });

const server = await startGitServer({ root: join(folder, 'repositories') });
const url = await server.createRepository('team/fleet');
await git('init', '--quiet', 'work');
await git('-C', 'work', 'commit', '--quiet', '--allow-empty', '-m', 'first');
await git('-C', 'work', 'push', '--quiet', url, 'HEAD:main');
server.mount('work', join(folder, 'work'));
const cluster = await startCluster({ dataDir: join(folder, 'cluster') });
process.stdout.write('ready');
process.stdin.once('data', async () => {
  await cluster.stop();
  await server.stop();
  process.exit(0);
});
