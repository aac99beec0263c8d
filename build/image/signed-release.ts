import { readCleartextMessage, readKeys, verify } from 'openpgp';
import { openDeb } from './deb.ts';

/**
 * The keys that Debian 13 is signed with: the automatic one, and that of its release team. They are trusted by their
 * fingerprints, wherever they come from: https://ftp-master.debian.org/keys.html
 */
const trusted = new Set([
  'b8e5f13176d2a7a75220028078dba3bc47ef2265',
  '41587f7db8c774bccf131416762f67a0b2c39de4',
]);

/** The keys of Debian's own package of keys that are trusted. */
async function trustedKeys(keyring: Buffer) {
  const { entries } = await openDeb(keyring);
  const found = [];
  for (const { name, type, content } of entries) {
    if (type !== 'file' || !/^usr\/share\/keyrings\/.*\.(gpg|pgp)$/.test(name)) continue;
    const keys = await readKeys({ binaryKeys: content }).catch(() => []);
    found.push(...keys.filter(key => trusted.has(key.getFingerprint())));
  }
  if (found.length === 0) throw new Error('the package of keys has none of those that Debian is signed with');
  return found;
}

/**
 * What an InRelease says, once it is known who says it: digests by path.
 *
 * @param keyring the package debian-archive-keyring
 * @throws where no key that is trusted has signed it
 */
export async function digestsOfRelease(inRelease: string, keyring: Buffer): Promise<Map<string, string>> {
  const message = await readCleartextMessage({ cleartextMessage: inRelease });
  const { signatures } = await verify({ message, verificationKeys: await trustedKeys(keyring) });
  const checked = await Promise.allSettled(signatures.map(({ verified }) => verified));
  if (!checked.some(({ status }) => status === 'fulfilled'))
    throw new Error('the release of Debian is not signed with a key that is trusted');
  const [, list = ''] = message.getText().split(/^SHA256:$/m);
  const lines = list.split('\n').map(line => /^ ([0-9a-f]{64}) +\d+ (\S+)$/.exec(line.trimEnd()));
  return new Map(lines.flatMap(found => (found ? [[found[2]!, found[1]!] as const] : [])));
}
