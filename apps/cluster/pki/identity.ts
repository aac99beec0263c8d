import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadIdentity } from '../errors.ts';
import { privateFolder, writePrivate } from '../private-files.ts';
import { type CertificateRequest, issueCertificate } from './certificate.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Who the server is, who its administrator is, and the authority that vouches for both. */
export interface Identity {
  readonly authority: KeyPair;
  readonly server: KeyPair;
  readonly administrator: KeyPair;
}

const day = 24 * 60 * 60 * 1000;
const validity = 10 * 365 * day;
/** A certificate that ends sooner than this is made anew at start. */
const renewBefore = 30 * day;

const authorityName = { commonName: 'millrace' };
/** The names of the server beside those of loopback. */
export const serverNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const serverHosts: CertificateRequest['hosts'] = [
  'localhost',
  { address: [127, 0, 0, 1] },
  { address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
  ...serverNames,
];

/** An hour back: clients on the same machine may run in a container whose clock is a little behind. */
function termFrom(now: Date): { from: Date; to: Date } {
  return { from: new Date(now.getTime() - 3_600_000), to: new Date(now.getTime() + validity) };
}

/** A fresh authority with a server and an administrator certificate. */
export function createIdentity(now: Date): Identity {
  const term = termFrom(now);
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const issue = (
    key: KeyObject,
    what: Pick<CertificateRequest, 'subject' | 'purpose' | 'hosts'>,
  ): KeyPair => {
    const request = { ...what, ...term, issuer: authorityName, publicKey: createPublicKey(key) };
    return {
      certificate: issueCertificate(request, signer),
      key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  const leaf = (what: Pick<CertificateRequest, 'subject' | 'purpose' | 'hosts'>) =>
    issue(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, what);
  return {
    authority: issue(signer, { subject: authorityName, purpose: 'authority' }),
    server: leaf({ subject: { commonName: 'kube-apiserver' }, purpose: 'server', hosts: serverHosts }),
    administrator: leaf({
      subject: { organisations: ['system:masters'], commonName: 'kubernetes-admin' },
      purpose: 'client',
    }),
  };
}

/** The name of a user or a group. Throws BadIdentity for one of blanks, which would be somebody else's. */
export function requiredName(name: string, of: string): string {
  if (name.trim() !== '') return name;
  throw new BadIdentity(`the ${of} has no name: ${JSON.stringify(name)}`);
}

/** A client certificate of an authority for a user and its groups, good for ten years from now. Throws BadIdentity. */
export function issueClient(authority: KeyPair, user: string, groups: readonly string[]): KeyPair {
  requiredName(user, 'user of a certificate');
  for (const group of groups) requiredName(group, 'group of a certificate');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = issueCertificate(
    {
      subject: { organisations: groups, commonName: user },
      issuer: authorityName,
      publicKey,
      ...termFrom(new Date()),
      purpose: 'client',
    },
    createPrivateKey(authority.key),
  );
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The identity kept in a folder, made there when missing or about to expire. Keys are readable by the owner only. */
export function loadIdentity(folder: string, now: Date): Identity {
  const kept = readIdentity(folder);
  if (kept && [kept.authority, kept.server, kept.administrator].every(pair => outlives(pair, now)))
    return kept;
  const identity = createIdentity(now);
  privateFolder(folder);
  for (const [name, pair] of Object.entries(identity) as [string, KeyPair][]) {
    writePrivate(join(folder, `${name}.key`), pair.key);
    writePrivate(join(folder, `${name}.crt`), pair.certificate);
  }
  return identity;
}

function readIdentity(folder: string): Identity | undefined {
  const pair = (name: string): KeyPair | undefined => {
    const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
    if (!existsSync(certificate) || !existsSync(key)) return undefined;
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  };
  const [authority, server, administrator] = [pair('authority'), pair('server'), pair('administrator')];
  if (!authority || !server || !administrator) return undefined;
  // A process killed while it wrote leaves pairs of two authorities behind.
  const issued = [server, administrator].every(leaf => isIssuedBy(leaf, authority));
  return issued ? { authority, server, administrator } : undefined;
}

function isIssuedBy(leaf: KeyPair, authority: KeyPair): boolean {
  try {
    const key = createPublicKey(authority.certificate);
    const certificate = new X509Certificate(leaf.certificate);
    return certificate.verify(key) && certificate.checkPrivateKey(createPrivateKey(leaf.key));
  } catch {
    return false;
  }
}

/** It is good now, for whatever a clock said when it was made, and for some time. */
function outlives(pair: KeyPair, now: Date): boolean {
  const { validFrom, validTo } = new X509Certificate(pair.certificate);
  return Date.parse(validFrom) <= now.getTime() && Date.parse(validTo) > now.getTime() + renewBefore;
}
