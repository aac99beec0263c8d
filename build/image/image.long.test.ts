import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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
});

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
      if (type === 'file') await chmod(path, mode);
    }
}
