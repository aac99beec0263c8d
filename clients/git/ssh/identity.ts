import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';

/** A key as ssh2 takes it. */
export interface Identity {
  key: string;
  passphrase?: string;
}

/** The private key cannot be used. Says why, and nothing of the key. */
export class InvalidIdentity extends Error {
  override readonly name = 'InvalidIdentity';
}

/** What a password may cost: ssh-keygen takes 24 rounds, each some hundredths of a second. */
const mostRounds = 256;

/** Whether a private key needs a password: that is told without any work. */
export function isEncrypted(pem: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED/m.test(pem)) return true;
  return (derivation(pem.trim())?.rounds ?? 0) > 0;
}

/**
 * A private key of RSA, ECDSA or Ed25519: in OpenSSH's format or in PEM (PKCS #1, SEC 1, PKCS #8), encrypted or not.
 * To open one that is encrypted takes as long as who made it wanted: it is no work for the event loop. Throws
 * InvalidIdentity.
 */
export function parseIdentity(pem: string, password = ''): Identity {
  const text = pem.trim();
  if (isEncrypted(text) && password === '')
    throw new InvalidIdentity('the key is encrypted, and there is no password to open it');
  if ((derivation(text)?.rounds ?? 0) > mostRounds)
    throw new InvalidIdentity(`the key's password takes more than ${mostRounds} rounds`);
  const key = text.startsWith(openSshBegin) ? text : openSsh(text, password);
  const identity = { key, ...(password === '' ? {} : { passphrase: password }) };
  parsed(identity);
  return identity;
}

/** The same key, to be used without its password. Throws InvalidIdentity. */
export function openIdentity(pem: string, password: string): string {
  return parsed(parseIdentity(pem, password)).getPrivatePEM();
}

function parsed({ key, passphrase }: Identity): ParsedKey {
  const found = ssh2.utils.parseKey(key, passphrase);
  const first = found instanceof Error ? undefined : [found].flat()[0];
  if (first?.isPrivateKey()) return first;
  if (!(found instanceof Error)) throw new InvalidIdentity('the key is no private key');
  throw new InvalidIdentity(
    /decrypt|passphrase|integrity/i.test(found.message)
      ? 'the key is encrypted with another password'
      : 'the key is in no format that is known: RSA, ECDSA or Ed25519, of OpenSSH or PEM',
  );
}

const openSshBegin = '-----BEGIN OPENSSH PRIVATE KEY-----';

/** How OpenSSH's format makes a key of the password; undefined for other formats, and for what is none. */
function derivation(text: string): { rounds: number } | undefined {
  if (!text.startsWith(openSshBegin)) return undefined;
  const bytes = Buffer.from(text.slice(openSshBegin.length, openSshBegin.length + 1024), 'base64');
  let at = 'openssh-key-v1\0'.length;
  const next = () => {
    if (at + 4 > bytes.length) return Buffer.alloc(0);
    const size = bytes.readUInt32BE(at);
    at += 4 + size;
    return bytes.subarray(at - size, at);
  };
  if (next().toString('latin1') === 'none') return { rounds: 0 };
  next();
  const options = next();
  return { rounds: options.length < 4 ? 1 : options.readUInt32BE(options.length - 4) };
}

/** PEM of any kind as one that ssh2 reads. What Node cannot read either stays as it is, to be refused. */
function openSsh(pem: string, password: string): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(password === '' ? pem : { key: pem, passphrase: password });
  } catch (error) {
    if (error instanceof Error && /decrypt|bad password|BAD_DECRYPT/i.test(error.message))
      throw new InvalidIdentity('the key is encrypted with another password');
    return pem;
  }
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ format: 'pem', type: 'pkcs1' }).toString();
    case 'ec':
      return key.export({ format: 'pem', type: 'sec1' }).toString();
    case 'ed25519':
      return ed25519(key);
    default:
      throw new InvalidIdentity(`a key of the kind ${key.asymmetricKeyType} is of no use for SSH`);
  }
}

const field = (value: string | Uint8Array) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function ed25519(key: KeyObject): string {
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const shared = Buffer.concat([field('ssh-ed25519'), field(point)]);
  const one = Buffer.from([0, 0, 0, 1]);
  const inner = Buffer.concat([one, one, shared, field(Buffer.concat([seed, point])), field('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    one,
    field(shared),
    field(Buffer.concat([inner, padding])),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
