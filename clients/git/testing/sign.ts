import { createHash, createPublicKey, sign } from 'node:crypto';

const field = (value: string | Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
};

/** What `ssh-keygen -Y sign -n git` writes, by a key of Ed25519 in PEM. */
function sshSignature(content: string, pem: string): string {
  const point = createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32);
  const key = Buffer.concat([field('ssh-ed25519'), field(point)]);
  const parts = [field('git'), field(''), field('sha512')];
  const digest = createHash('sha512').update(content).digest();
  const data = Buffer.concat([Buffer.from('SSHSIG'), ...parts, field(digest)]);
  const signature = Buffer.concat([field('ssh-ed25519'), field(sign(null, data, pem))]);
  const version = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([Buffer.from('SSHSIG'), version, field(key), ...parts, field(signature)]);
  return `-----BEGIN SSH SIGNATURE-----\n${whole.toString('base64')}\n-----END SSH SIGNATURE-----`;
}

/** A commit, as `git cat-file` prints it, signed. */
export function signedCommit(commit: string, pem: string): string {
  const headers = commit.indexOf('\n\n');
  const signature = sshSignature(commit, pem).replaceAll('\n', '\n ');
  return `${commit.slice(0, headers)}\ngpgsig ${signature}${commit.slice(headers)}`;
}

/** The same of a tag. */
export const signedTag = (tag: string, pem: string): string => `${tag}${sshSignature(tag, pem)}\n`;
