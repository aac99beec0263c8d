import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import type { Identity, Stanza } from 'age-encryption';
import { KeyFailed } from '../sops-error.ts';
import { readSshPrivateKey, type SshPrivateKey } from './ssh-private-key.ts';

/**
 * A private key of SSH as an identity of age, which is specified by filippo.io/age/agessh: a stanza names the key by the
 * first four bytes of its SHA-256, and wraps the file's key by X25519 with the key on the other curve, or by RSA-OAEP.
 */
export function sshIdentity(text: string, name: string, passphrase: string | undefined): Identity {
  const key = readSshPrivateKey(text, name, passphrase);
  const tag = base64(createHash('sha256').update(key.wire).digest().subarray(0, 4));
  const unwrap = key.kind === 'ssh-rsa' ? rsaUnwrap(key) : ed25519Unwrap(key);
  return {
    unwrapFileKey(stanzas: Stanza[]) {
      for (const { args, body } of stanzas) {
        if (args[0] === key.kind && args[1] === tag) return unwrap(args.slice(2), body);
      }
      return null;
    },
  };
}

type Unwrap = (args: string[], body: Uint8Array) => Uint8Array;

const rsaLabel = Buffer.from('age-encryption.org/v1/ssh-rsa');

function rsaUnwrap(rsa: Extract<SshPrivateKey, { kind: 'ssh-rsa' }>): Unwrap {
  return (args, body) => {
    if (args.length !== 0) throw new KeyFailed('invalid ssh-rsa stanza');
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      return privateDecrypt({ key: rsa.key, padding, oaepHash: 'sha256', oaepLabel: rsaLabel }, body);
    } catch (cause) {
      throw new KeyFailed('failed to unwrap the file key of an ssh-rsa stanza', { cause });
    }
  };
}

const ed25519Label = 'age-encryption.org/v1/ssh-ed25519';

function ed25519Unwrap(ed25519: Extract<SshPrivateKey, { kind: 'ssh-ed25519' }>): Unwrap {
  // RFC 8032, 5.1.5: the scalar is half of the hash of the seed; X25519 clamps it.
  const scalar = x25519Key(createHash('sha512').update(ed25519.seed).digest().subarray(0, 32));
  const own = publicBytes(scalar);
  const tweak = x25519Key(hkdf(Buffer.alloc(0), ed25519.wire, ed25519Label));
  return (args, body) => {
    const share = Buffer.from(args[0] ?? '', 'base64');
    if (args.length !== 1 || share.length !== 32 || base64(share) !== args[0])
      throw new KeyFailed('invalid ssh-ed25519 stanza');
    const shared = x25519(tweak, x25519(scalar, share));
    return open(hkdf(shared, Buffer.concat([share, own]), ed25519Label), body);
  };
}

/** As the identities of age itself: each key is used once, so that the nonce is 0. */
function open(key: Buffer, body: Uint8Array): Uint8Array {
  if (body.length !== 32) throw new KeyFailed('invalid ssh-ed25519 stanza');
  const cipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
  cipher.setAuthTag(body.subarray(16));
  try {
    const fileKey = cipher.update(body.subarray(0, 16));
    cipher.final();
    return fileKey;
  } catch (cause) {
    throw new KeyFailed('failed to unwrap the file key of an ssh-ed25519 stanza', { cause });
  }
}

function hkdf(secret: Buffer, salt: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, 32));
}

// RFC 8410: what stands before the 32 bytes of a key of X25519 in PKCS #8 and in SubjectPublicKeyInfo.
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spki = Buffer.from('302a300506032b656e032100', 'hex');

function x25519Key(scalar: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8, scalar]), format: 'der', type: 'pkcs8' });
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spki.length);
}

function x25519(privateKey: KeyObject, point: Buffer): Buffer {
  const publicKey = createPublicKey({ key: Buffer.concat([spki, point]), format: 'der', type: 'spki' });
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    throw new KeyFailed('invalid ssh-ed25519 stanza', { cause });
  }
}

/** Without padding, as in the header of age. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=/g, '');
}
