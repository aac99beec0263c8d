import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { type Deb, openDeb } from './deb.ts';
import type { Node, Tree } from './layer.ts';

/** Where ours is. */
const home = 'usr/local/lib/millrace';

const text = (content: string, mode = 0o644) => ({
  type: 'file' as const,
  content: Buffer.from(content),
  mode,
});
const symlink = (target: string) => ({ type: 'symlink' as const, target });
const folder = (mode: number) => ({ type: 'folder' as const, mode });

/** What every root has: who there is, and places where anybody may write. */
function skeleton(): Tree {
  return new Map<string, Node>([
    ['bin', symlink('usr/bin')],
    ['sbin', symlink('usr/sbin')],
    ['lib', symlink('usr/lib')],
    ['lib64', symlink('usr/lib64')],
    ['var/run', symlink('/run')],
    ['tmp', folder(0o1777)],
    ['data', folder(0o1777)],
    ['run', folder(0o755)],
    ['proc', folder(0o755)],
    ['sys', folder(0o755)],
    ['dev', folder(0o755)],
    ['usr/share/git-core/templates', folder(0o755)],
    ['etc/passwd', text('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n')],
    ['etc/group', text('root:x:0:\nnogroup:x:65534:\n')],
    ['etc/nsswitch.conf', text('passwd: files\ngroup: files\nhosts: files dns\n')],
    ...['sh', 'dd', 'cat', 'true', 'false', 'env'].map(
      name => [`usr/bin/${name}`, symlink('busybox')] as const,
    ),
  ]);
}

/** No program of the image reads it. */
const unread = [
  /^usr\/share\/(man|locale|info|lintian|bug|bash-completion|perl5|gitweb|zsh|doc-base|menu|applications|pixmaps)\//,
  /^usr\/share\/doc\/(?!.*\/copyright$)/,
  /^usr\/share\/git-core\//,
  /^usr\/lib\/[^/]+\/(gconv|audit|perl-base)\//,
  /^usr\/lib\/git-core\/git-(gui|citool|instaweb|p4|archimport|cvs.*|svn|send-email|add--interactive)$/,
  /^usr\/lib\/git-core\/(git-(http-push|http-fetch|imap-send|daemon|shell|sh-i18n--envsubst)|scalar)$/,
  /^usr\/bin\/(scalar|git-shell)$/,
  /^(etc|var|usr\/lib\/(locale|mime|systemd)|usr\/share\/(initramfs-tools|libc-bin))\//,
];

const certificate = /^usr\/share\/ca-certificates\/.*\.crt$/;

/** What Debian has: files of the packages, a bundle of certificates, and what scanners know the packages by. */
export async function debianTree(packages: { name: string; bytes: Buffer }[]): Promise<Tree> {
  const tree = skeleton();
  const certificates: Buffer[] = [];
  for (const { name, bytes } of packages) {
    const deb = await openDeb(bytes);
    install(deb, tree, certificates);
    tree.set(`var/lib/dpkg/status.d/${name}`, text(`${deb.control.trimEnd()}\n`));
  }
  // Debian has it twice.
  tree.set('usr/lib/git-core/git', symlink('../../bin/git'));
  tree.set('etc/ssl/certs/ca-certificates.crt', text(Buffer.concat(certificates).toString('utf8')));
  return tree;
}

function install({ entries }: Deb, tree: Tree, certificates: Buffer[]): void {
  for (const entry of entries) {
    // Debian's four folders of the root are links into usr.
    const path = entry.name.replace(/^(bin|sbin|lib|lib64)(?=\/)/, 'usr/$1');
    if (certificate.test(path) && entry.type === 'file') certificates.push(Buffer.from(entry.content));
    if (tree.has(path) || certificate.test(path) || unread.some(pattern => pattern.test(path))) continue;
    if (entry.type === 'file')
      tree.set(path, { type: 'file', content: entry.content, mode: entry.mode & 0o755 });
    else if (entry.type === 'symlink') tree.set(path, symlink(entry.link));
    else if (entry.type === 'link') tree.set(path, symlink(`/${entry.link.replace(/^\.?\//, '')}`));
  }
}

/** The package of Node on npm has the program, and its licence. */
export function nodeTree(tarball: Buffer): Tree {
  const tree: Tree = new Map();
  for (const { name, type, content } of readTar(gunzipSync(tarball))) {
    if (type !== 'file') continue;
    if (name === 'package/bin/node') tree.set('usr/local/bin/node', { type, content, mode: 0o755 });
    if (name === 'package/LICENSE') tree.set('usr/share/doc/node/copyright', { type, content, mode: 0o644 });
  }
  if (!tree.has('usr/local/bin/node')) throw new Error('the package of Node has no program in it');
  return tree;
}

/** What `npm run build` has made, and the two names that it is called by. */
export async function programTree(dist: string): Promise<Tree> {
  const tree: Tree = new Map();
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const place = join(entry.parentPath, entry.name);
    const path = posix.join(home, place.slice(dist.length).replaceAll('\\', '/'));
    const content = await readFile(place);
    tree.set(path, { type: 'file', content, mode: path === `${home}/millrace.js` ? 0o755 : 0o644 });
  }
  for (const name of ['millrace', 'flux']) tree.set(`usr/local/bin/${name}`, symlink(`/${home}/millrace.js`));
  return tree;
}
