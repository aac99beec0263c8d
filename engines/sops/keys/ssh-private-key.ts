import { createDecipheriv, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { pbkdf } from 'bcrypt-pbkdf';
import { KeyFailed } from '../sops-error.ts';

/** What age needs of a key. `wire` is the public key as it is sent in the protocol of SSH (RFC 4253, 6.6). */
export type SshPrivateKey =
  | { kind: 'ssh-ed25519'; wire: Buffer; seed: Buffer }
  | { kind: 'ssh-rsa'; wire: Buffer; key: KeyObject };

const begin = /^\s*-----BEGIN (?:OPENSSH |RSA |ENCRYPTED )?PRIVATE KEY-----/;
const openSsh = '-----BEGIN OPENSSH PRIVATE KEY-----';
const leastBits = 2048;

export function isSshPrivateKey(text: string): boolean {
  return begin.test(text);
}

/** @throws KeyFailed that begins with the name */
export function readSshPrivateKey(text: string, name: string, passphrase: string | undefined): SshPrivateKey {
  try {
    return text.trimStart().startsWith(openSsh) ? readOpenSsh(text, passphrase) : readPem(text, passphrase);
  } catch (cause) {
    const problem =
      cause instanceof KeyFailed ? cause.message : 'malformed SSH identity, or a wrong passphrase';
    throw new KeyFailed(`${name}: ${problem}`, { cause });
  }
}

function readPem(text: string, passphrase: string | undefined): SshPrivateKey {
  const key = createPrivateKey({ key: text, passphrase: passphrase ?? '' });
  if (key.asymmetricKeyType === 'rsa') return rsa(key);
  if (key.asymmetricKeyType !== 'ed25519') throw unsupported();
  const { d, x } = key.export({ format: 'jwk' });
  return ed25519(Buffer.from(d ?? '', 'base64url'), Buffer.from(x ?? '', 'base64url'));
}

const unsupported = () => new KeyFailed('age knows keys of SSH of the types ed25519 and RSA');

function ed25519(seed: Buffer, point: Buffer): SshPrivateKey {
  return { kind: 'ssh-ed25519', wire: Buffer.concat([field('ssh-ed25519'), field(point)]), seed };
}

function rsa(key: KeyObject): SshPrivateKey {
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < leastBits)
    throw new KeyFailed(`a key of RSA needs ${leastBits} bits`);
  const parts = [field('ssh-rsa'), field(positive(e)), field(positive(n))];
  return { kind: 'ssh-rsa', wire: Buffer.concat(parts), key };
}

/** A text or bytes with their length before them. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A number whose first bit is set has a zero before it (RFC 4251, 5, mpint). */
function positive(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}

/** The form of OpenSSH's PROTOCOL.key. */
function readOpenSsh(text: string, passphrase: string | undefined): SshPrivateKey {
  const body = text.replace(/-----[^-]*-----/g, '');
  const fields = new Fields(Buffer.from(body, 'base64'), 'openssh-key-v1\0');
  const cipher = fields.text();
  const derivation = fields.text();
  const parameters = fields.bytes();
  if (fields.number() !== 1) throw new KeyFailed('the file must have one key');
  fields.bytes();
  const sealed = fields.bytes();
  if (cipher === 'none') return readSecret(sealed, 'the key is damaged');
  if (passphrase === undefined) throw new KeyFailed('the key is encrypted, and no passphrase was given');
  const plain = decryptSecret(sealed, cipher, derivation, parameters, passphrase);
  return readSecret(plain, 'the key cannot be decrypted with the passphrase');
}

/** What a passphrase may cost: ssh-keygen takes 24 rounds, each about a hundredth of a second. */
const mostRounds = 256;
/** As SSH and as Node call them. */
const ciphers = new Map([
  ['aes256-ctr', 'aes-256-ctr'],
  ['aes256-cbc', 'aes-256-cbc'],
]);

function decryptSecret(
  sealed: Buffer,
  cipher: string,
  derivation: string,
  parameters: Buffer,
  passphrase: string,
): Buffer {
  const algorithm = ciphers.get(cipher);
  if (derivation !== 'bcrypt' || algorithm === undefined)
    throw new KeyFailed('the key is encrypted in another way than by aes256-ctr or aes256-cbc with bcrypt');
  const options = new Fields(parameters, '');
  const salt = options.bytes();
  const rounds = options.number();
  if (rounds > mostRounds) throw new KeyFailed(`the key needs ${rounds} rounds; ${mostRounds} are allowed`);
  const derived = Buffer.alloc(48);
  const secret = Buffer.from(passphrase);
  if (pbkdf(secret, secret.length, salt, salt.length, derived, derived.length, rounds) !== 0)
    throw new KeyFailed('malformed SSH identity');
  const decipher = createDecipheriv(algorithm, derived.subarray(0, 32), derived.subarray(32)).setAutoPadding(
    false,
  );
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

/** The same number stands twice before the key, by which a wrong passphrase is told. */
function readSecret(plain: Buffer, otherwise: string): SshPrivateKey {
  const secret = new Fields(plain, '');
  const [first, second] = [secret.number(), secret.number()];
  if (first !== second) throw new KeyFailed(otherwise);
  const type = secret.text();
  if (type === 'ssh-ed25519') {
    const point = secret.bytes();
    return ed25519(secret.bytes().subarray(0, 32), point);
  }
  if (type === 'ssh-rsa') return rsa(readRsa(secret));
  throw unsupported();
}

function readRsa(secret: Fields): KeyObject {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => secret.bytes());
  const big = (bytes: Buffer | undefined) => BigInt(`0x${bytes?.toString('hex') || '0'}`);
  const text = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
  };
  const numbers = { n: big(n), e: big(e), d: big(d), p: big(p), q: big(q), qi: big(qi) };
  const { d: secretExponent } = numbers;
  const all = { ...numbers, dp: secretExponent % (numbers.p - 1n), dq: secretExponent % (numbers.q - 1n) };
  const jwk = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, text(value)]));
  return createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
}

/** Reads fields one after the other; one that goes beyond the end is refused. */
class Fields {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, magic: string) {
    if (buffer.toString('latin1', 0, magic.length) !== magic) throw new KeyFailed('malformed SSH identity');
    this.#buffer = buffer;
    this.#at = magic.length;
  }

  number(): number {
    const value = this.#buffer.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  bytes(): Buffer {
    const length = this.number();
    if (length > this.#buffer.length - this.#at) throw new KeyFailed('malformed SSH identity');
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes().toString('latin1');
  }
}
