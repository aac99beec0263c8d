import { generateKeyPairSync } from 'node:crypto';
import ssh2, { type ServerHostKeyAlgorithm } from 'ssh2';
import { InvalidIdentity, parseIdentity } from './identity.ts';

/** A key of SSH, as files hold it: the private one in PEM, and a line for `authorized_keys`. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

export type KeyAlgorithm = 'rsa' | 'ecdsa' | 'ed25519';

/** In bits of the curve. */
export type Curve = 'p256' | 'p384' | 'p521';

/** A new key. @param bits of RSA */
export async function newKeyPair(
  algorithm: KeyAlgorithm,
  { bits, curve }: { bits: number; curve: Curve },
): Promise<KeyPair> {
  if (algorithm === 'ed25519') return newEd25519Pair();
  const pair =
    algorithm === 'rsa'
      ? ssh2.utils.generateKeyPairSync('rsa', { bits })
      : ssh2.utils.generateKeyPairSync('ecdsa', { bits: bitsOf[curve] });
  return { privateKey: `${pair.private.trimEnd()}\n`, publicKey: `${pair.public.trim()}\n` };
}

const bitsOf = { p256: 256, p384: 384, p521: 521 } as const;

/** One in some hundred of those that ssh2 makes of this kind cannot be read, by ssh2 or by OpenSSH. */
function newEd25519Pair(): KeyPair {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  return keyPairOf(`${parseIdentity(pem.toString()).key.trimEnd()}\n`, undefined);
}

/** The pair of a private key. Throws InvalidIdentity. */
export function keyPairOf(privateKey: string, password: string | undefined): KeyPair {
  const identity = parseIdentity(privateKey, password);
  const parsed = ssh2.utils.parseKey(identity.key, identity.passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key || key instanceof Error) throw new InvalidIdentity('the key cannot be read');
  const publicKey = `${key.type} ${key.getPublicSSH().toString('base64')}\n`;
  return { privateKey, publicKey };
}

/** Milliseconds until a server has to have shown its key. */
const patience = 30_000;

/**
 * The kinds of keys that are asked for, in the order of Go's client, so that a Secret holds the key that the Secret made by
 * flux holds.
 */
const preferredHostKeys: ServerHostKeyAlgorithm[] = [
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-256',
  'rsa-sha2-512',
  'ssh-rsa',
  'ssh-ed25519',
];

/** The key that a server shows, as a line of `known_hosts`. Nobody vouches for it. Throws where there is none. */
export function scanHostKey(host: string, port = 22): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const failed = (why: string) =>
      reject(new Error(`SSH key scan for host ${host}:${port} failed, error: ${why}`));
    client.on('error', error => failed(error.message));
    client.on('close', () => failed('the connection was closed'));
    client.connect({
      host,
      port,
      username: 'git',
      readyTimeout: patience,
      algorithms: { serverHostKey: preferredHostKeys },
      hostVerifier(key: Buffer) {
        const length = key.readUInt32BE(0);
        const type = key.subarray(4, 4 + length).toString('latin1');
        const name = port === 22 ? host : `[${host}]:${port}`;
        resolve(`${name} ${type} ${key.toString('base64')}`);
        return false;
      },
    });
  });
}
