import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type Static, Type } from 'typebox';
import { Parse } from 'typebox/value';
import { download, requireDigest } from './download.ts';
import { PackageIndex } from './package-index.ts';
import { digestsOfRelease } from './signed-release.ts';

const file = fileURLToPath(new URL('image.lock.json', import.meta.url));

const machine = Type.Object({
  packages: Type.Array(
    Type.Object({ name: Type.String(), version: Type.String(), path: Type.String(), digest: Type.String() }),
  ),
  node: Type.Object({ version: Type.String(), url: Type.String(), digest: Type.String() }),
});
const lockFile = Type.Object({
  /** When the release of Debian was made that the packages are of. */
  date: Type.String(),
  machines: Type.Object({ amd64: machine, arm64: machine }),
});

/** What goes into the image beside ourselves, to the byte. */
export type Lock = Static<typeof lockFile>;
export type Architecture = keyof Lock['machines'];
export const architectures: Architecture[] = ['amd64', 'arm64'];

const suite = 'trixie';

/**
 * git speaks to remote places; certificates for it; a shell and `dd`, by which it speaks SSH; tini is the first process, for
 * what git leaves behind is reaped by that, and Node reaps its own children only; what Node is linked to.
 */
const wanted = ['git', 'ca-certificates', 'busybox', 'tini', 'libstdc++6'];

/** What they would bring along, and no command of ours asks for. */
const without = new Set([
  'perl',
  'liberror-perl',
  'git-man',
  'debconf',
  'openssl',
  'krb5-locales',
  'gcc-14-base',
]);

/** Names of machines in the packages of Node on npm. */
const nodeNames = { amd64: 'x64', arm64: 'arm64' };

export async function readLock(): Promise<Lock> {
  return Parse(lockFile, JSON.parse(await readFile(file, 'utf8')));
}

/** Lock what the mirror and npm have now: signatures are looked at here, and digests from here on. */
export async function updateLock(mirror: string, nodeVersion: string): Promise<Lock> {
  const inRelease = (await download(`${mirror}/dists/${suite}/InRelease`)).toString('utf8');
  const date = new Date(/^Date: (.+)$/m.exec(inRelease)?.[1] ?? Number.NaN).toISOString();
  const unchecked = await indexOf(mirror, 'amd64');
  const [keys] = new PackageIndex(unchecked.text).closure(['debian-archive-keyring'], new Set());
  const digests = await digestsOfRelease(inRelease, await download(`${mirror}/${keys!.path}`));
  const lockOf = async (architecture: Architecture) => {
    const index = architecture === 'amd64' ? unchecked : await indexOf(mirror, architecture);
    requireDigest(index.bytes, `sha256:${digests.get(index.path)}`, index.path);
    const packages = new PackageIndex(index.text).closure(wanted, without);
    return {
      packages: packages.map(({ name, version, path, sha256 }) => ({
        ...{ name, version, path, digest: `sha256:${sha256}` },
      })),
      node: await nodeOf(nodeNames[architecture], nodeVersion),
    };
  };
  const lock = { date, machines: { amd64: await lockOf('amd64'), arm64: await lockOf('arm64') } };
  await writeFile(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  return lock;
}

async function indexOf(mirror: string, architecture: Architecture) {
  const path = `main/binary-${architecture}/Packages.gz`;
  const bytes = await download(`${mirror}/dists/${suite}/${path}`);
  return { path, bytes, text: gunzipSync(bytes).toString('utf8') };
}

const published = Type.Object({ dist: Type.Object({ tarball: Type.String(), integrity: Type.String() }) });

async function nodeOf(name: string, version: string) {
  const answer = await download(`https://registry.npmjs.org/node-linux-${name}/${version}`);
  const { dist } = Parse(published, JSON.parse(answer.toString('utf8')));
  return { version, url: dist.tarball, digest: dist.integrity };
}
