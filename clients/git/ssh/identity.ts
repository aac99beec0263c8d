import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import ssh2 from 'ssh2';

/** A key as ssh2 takes it. */
export interface Identity {
  key: string;
  passphrase?: string;
}

/** The private key cannot be used. Says why, and nothing of the key. */
export class InvalidIdentity extends Error {
  override readonly name = 'InvalidIdentity';
  /** It is encrypted, and there is no password for it. */
  readonly needsPassword: boolean;

  constructor(message: string, needsPassword = false) {
    super(message);
    this.needsPassword = needsPassword;
  }
}

/**
 * A private key of RSA, ECDSA or Ed25519: in OpenSSH's format or in PEM (PKCS #1, SEC 1, PKCS #8), encrypted or not.
 * Throws InvalidIdentity.
 */
export function parseIdentity(pem: string, password = ''): Identity {
  const text = pem.trim();
  const isEncrypted = /^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED/m.test(text);
  if (isEncrypted && password === '') throw new InvalidIdentity('the key is encrypted', true);
  const key = text.startsWith('-----BEGIN OPENSSH') ? text : openSsh(text, password);
  const identity = { key, ...(password === '' ? {} : { passphrase: password }) };
  const parsed = ssh2.utils.parseKey(key, identity.passphrase);
  if (!(parsed instanceof Error)) {
    if ([parsed].flat()[0]?.isPrivateKey()) return identity;
    throw new InvalidIdentity('the key is no private key');
  }
  if (/no passphrase given/i.test(parsed.message)) throw new InvalidIdentity('the key is encrypted', true);
  throw new InvalidIdentity(
    /decrypt|passphrase|integrity/i.test(parsed.message)
      ? 'the key is encrypted with another password'
      : 'the key is in no format that is known: RSA, ECDSA or Ed25519, of OpenSSH or PEM',
  );
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
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
