import { createHash } from 'node:crypto';
import { authorizedKey, Fields, field, fingerprint, hasSigned } from './ssh-key.ts';

type Verified = { key: string } | { problem: string };

/** What git signs for. */
const namespace = 'git';

const magic = 'SSHSIG';

interface Signature {
  key: Buffer;
  namespace: string;
  reserved: Buffer;
  hash: string;
  signature: Buffer;
}

/**
 * Which of the keys has signed: its fingerprint. The form is that of OpenSSH:
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
 */
export function verifySsh(armored: string, payload: Uint8Array, files: string[]): Verified {
  const trusted = files.map(keysIn);
  const keys = trusted.flatMap(found => found ?? []);
  if (trusted.every(found => found === undefined))
    return { problem: 'unable to parse authorized keys: none of them is a public key of SSH' };
  const signature = parse(armored);
  if (!signature) return { problem: 'unable to unarmor SSH signature: it is none' };
  const why = objection(signature, payload, keys);
  return why === undefined
    ? { key: fingerprint(signature.key) }
    : { problem: `unable to verify payload with any of the given authorized keys: ${why}` };
}

function objection(said: Signature, payload: Uint8Array, keys: Buffer[]): string | undefined {
  if (!keys.some(key => key.equals(said.key))) return 'no matching key: public key does not match';
  if (said.namespace !== namespace) return `no matching key: it was signed for another purpose than git`;
  if (said.hash !== 'sha256' && said.hash !== 'sha512') return 'no matching key: unsupported hash algorithm';
  const digest = createHash(said.hash).update(payload).digest();
  const fields = [said.namespace, said.reserved, said.hash, digest].map(field);
  try {
    if (hasSigned(said.key, Buffer.concat([Buffer.from(magic), ...fields]), said.signature)) return undefined;
  } catch {
    // A key or a signature that is malformed has signed nothing.
  }
  return 'no matching key: the signature is not one of this content';
}

function parse(armored: string): Signature | undefined {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----$/.exec(
    armored,
  );
  if (!body) return undefined;
  try {
    const bytes = Buffer.from(body[1]!.replace(/\s+/g, ''), 'base64');
    const fields = new Fields(bytes);
    if (fields.take(magic.length).toString('latin1') !== magic || fields.number() !== 1) return undefined;
    return {
      key: fields.field(),
      namespace: fields.text(),
      reserved: fields.field(),
      hash: fields.text(),
      signature: fields.field(),
    };
  } catch {
    return undefined;
  }
}

/** One line that cannot be read spoils its file, as upstream has it. */
function keysIn(text: string): Buffer[] | undefined {
  const keys: Buffer[] = [];
  for (const line of text.split('\n').map(one => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const key = authorizedKey(line);
    if (!key) return undefined;
    keys.push(key);
  }
  return keys;
}
