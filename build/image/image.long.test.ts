import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  goldenKey,
  hasSshd,
  makeRepository,
  type SshServer,
  startSsh2Server,
  startSshd,
} from '../../clients/git/testing/ssh-server.ts';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url);
const mirror = 'https://deb.debian.org/debian';
const architecture = arch() === 'arm64' ? 'arm64' : 'amd64';

/** Packages come from a mirror of Debian: .ci/run sets CI_REQUIRE_DEBIAN where it can be reached, or says that it cannot. */
const canBuild =
  process.platform === 'linux' &&
  (process.env.CI_REQUIRE_DEBIAN !== undefined ||
    (await fetch(`${mirror}/dists/trixie/InRelease`, { method: 'HEAD' }).then(
      ({ ok }) => ok,
      () => false,
    )));

const mountProc = ['mount', '-t', 'proc', 'proc', '/proc'];
/** Needs rights that root has on a machine, and seldom in a container: .ci/run sets CI_REQUIRE_CHROOT where it can be done. */
const canEnter = spawnSync('unshare', ['--mount', '--pid', '--fork', ...mountProc]).status === 0;
if (process.env.CI_REQUIRE_CHROOT !== undefined && !canEnter)
  throw new Error('CI_REQUIRE_CHROOT is set, but a chroot with processes of its own cannot be made');

describe.skipIf(!canBuild)('the image (skipped where Debian cannot be reached)', () => {
  let folder: string;
  let files: string;
  const build = async (output: string) => {
    const flags = ['--platform', `linux/${architecture}`, '--output', output];
    const { stdout } = await run(process.execPath, ['build/image/main.ts', ...flags], { cwd: root });
    return stdout.trim().split('\n').at(-1)!; // the digest
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-image-'));
    files = join(folder, 'root');
    await run(process.execPath, ['build.ts'], { cwd: root });
    const layout = join(folder, 'image');
    await unpack(layout, await build(layout), files);
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** With the libraries of the image and no others. */
  const inImage = async (program: string, ...args: string[]) => {
    const libraries = (await readdir(join(files, 'usr/lib'))).find(name => name.endsWith('-linux-gnu'))!;
    const place = join(files, 'usr/lib', libraries);
    const loader = (await readdir(place)).find(name => /^ld-linux.*\.so\.\d$/.test(name))!;
    const env = {
      PATH: join(files, 'usr/bin'),
      GIT_EXEC_PATH: join(files, 'usr/lib/git-core'),
      HOME: folder,
    };
    const options = ['--inhibit-cache', '--library-path', place, join(files, program), ...args];
    return run(join(place, loader), options, { env });
  };

  test('runs millrace, and git with what it needs for https', async () => {
    const millrace = join(files, 'usr/local/lib/millrace/millrace.js');
    expect((await inImage('usr/local/bin/node', millrace, '--version')).stdout).toMatch(/^millrace version /);
    expect((await inImage('usr/bin/git', '--version')).stdout).toMatch(/^git version 2\./);
    // Without its libraries it would end with 127 before it says so.
    await expect(inImage('usr/lib/git-core/git-remote-http')).rejects.toMatchObject({
      stderr: expect.stringContaining('usage: git remote-curl'),
    });
    expect(await readFile(join(files, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')).toMatch(
      /BEGIN CERTIFICATE/,
    );
  });

  /** As a container has it: the first process of its own processes, nobody, a root that it cannot write. */
  const inContainer = (...args: string[]) => {
    const prepare = 'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev"';
    const enter = 'exec chroot --userspec=65534:65534 "$@"';
    // What is mounted is gone with the last process.
    const own = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', `${prepare} && ${enter}`, 'sh'];
    return run('unshare', [...own, files, '/usr/bin/tini', '--', '/usr/local/bin/millrace', ...args]);
  };

  test.skipIf(!canEnter)(
    'runs a fleet that has a source over SSH, in a chroot (skipped where none can be made)',
    async () => {
      const start = hasSshd ? startSshd : startSsh2Server;
      const server = await start({
        folder: join(folder, 'sshd'),
        hostKeys: ['openssh-ed25519'],
        clientKeys: ['openssh-ed25519'],
      });
      try {
        makeRepository(join(folder, 'over-ssh'));
        await writeFile(join(files, 'etc/hosts'), '127.0.0.1 localhost\n');
        makeRepository(join(files, 'fleet'), {
          'source.yaml': sourceOverSsh(server, join(folder, 'over-ssh')),
        });
        const { stdout } = await inContainer('up', '/fleet', '--once', '--data-dir', '/tmp/data');
        expect(stdout).toContain("over-ssh         fetched commit 'Start'");
        expect(stdout).toContain('3 sources and Kustomizations are ready');
      } finally {
        await server.stop();
      }
    },
    120_000,
  );
});

function sourceOverSsh({ host, port, user }: SshServer, path: string): string {
  const known = `[${host}]:${port} ${goldenKey('openssh-ed25519.pub')}`;
  const stringData = { identity: goldenKey('openssh-ed25519'), known_hosts: known };
  const metadata = { name: 'over-ssh', namespace: 'default' };
  const url = `ssh://${user}@${host}:${port}${path}`;
  const spec = { interval: '1h', url, ref: { branch: 'main' }, secretRef: { name: metadata.name } };
  const source = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata, spec };
  return [{ apiVersion: 'v1', kind: 'Secret', metadata, stringData }, source]
    .map(object => JSON.stringify(object))
    .join('\n---\n');
}

async function unpack(layout: string, digest: string, folder: string): Promise<void> {
  const blob = (name: string) => readFile(join(layout, 'blobs', ...name.split(':')));
  const json = async (name: string) => JSON.parse((await blob(name)).toString('utf8'));
  const manifest = await json((await json(digest)).manifests[0].digest);
  for (const { digest: layer } of manifest.layers)
    for (const { name, type, content, link, mode } of readTar(gunzipSync(await blob(layer)))) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      if (type === 'symlink') await symlink(link, path);
      else if (type === 'folder') await mkdir(path, { recursive: true });
      else await writeFile(path, content);
      if (type !== 'symlink') await chmod(path, mode);
    }
}
