import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { field } from './ssh-key.ts';

/** What is signed for what, in the form of OpenSSH: openssh-portable, PROTOCOL.sshsig */
const [magic, namespace, hash] = ['SSHSIG', 'git', 'sha512'];

/** How keys of a kind are written, and how they sign. */
interface Kind {
  public: Buffer;
  sign(data: Buffer): Buffer;
}

/** Signs for git with a private key in PEM; undefined for keys of another kind. */
export function sshSigner(pem: string): ((payload: Uint8Array) => string) | undefined {
  const kind = kindOf(privateKey(pem));
  if (!kind) return undefined;
  return payload => {
    const parts = [namespace, '', hash].map(field);
    const digest = createHash(hash).update(payload).digest();
    const signature = kind.sign(Buffer.concat([Buffer.from(magic), ...parts, field(digest)]));
    const version = Buffer.from([0, 0, 0, 1]);
    return armored(
      Buffer.concat([Buffer.from(magic), version, field(kind.public), ...parts, field(signature)]),
    );
  };
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Lines as ssh-keygen breaks them. */
function armored(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

const curves: Record<string, { name: string; hash: string }> = {
  'P-256': { name: 'nistp256', hash: 'sha256' },
  'P-384': { name: 'nistp384', hash: 'sha384' },
  'P-521': { name: 'nistp521', hash: 'sha512' },
};

function kindOf(key: KeyObject | undefined): Kind | undefined {
  if (!key) return undefined;
  const { kty, crv = '', n = '', e = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  if (kty === 'RSA')
    return {
      public: fields('ssh-rsa', number(bytes(e)), number(bytes(n))),
      sign: data => fields('rsa-sha2-512', sign('sha512', data, key)),
    };
  if (crv === 'Ed25519')
    return {
      public: fields('ssh-ed25519', bytes(x)),
      sign: data => fields('ssh-ed25519', sign(null, data, key)),
    };
  const curve = curves[crv];
  if (kty !== 'EC' || !curve) return undefined;
  const name = `ecdsa-sha2-${curve.name}`;
  return {
    public: fields(name, curve.name, Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)])),
    sign(data) {
      const both = sign(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' });
      const half = both.length / 2;
      return fields(name, fields(number(both.subarray(0, half)), number(both.subarray(half))));
    },
  };
}

const fields = (...values: (string | Uint8Array)[]) => Buffer.concat(values.map(field));

/** As the SSH protocol writes numbers: no zeros before, but for one where the first bit would be a sign. RFC 4251, 5 */
function number(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex(byte => byte !== 0);
  const plain = start < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
  return (plain[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), plain]) : plain;
}
