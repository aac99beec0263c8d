import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { objectAt, textAt } from '../../api/tree.ts';

/**
 * Of a TLS Secret whose key is not that of its certificate. What it holds is not repeated.
 * Source of the rule and of the words: Kubernetes, strategy of Secrets; Go, crypto/tls, X509KeyPair.
 */
export function tlsSecretWarnings(secret: JsonObject): string[] {
  if (secret.type !== 'kubernetes.io/tls') return [];
  const data = objectAt(secret, 'data');
  const text = (key: string) => Buffer.from(textAt(data, key), 'base64').toString('latin1');
  const why = mismatch(text('tls.crt'), text('tls.key'));
  return why === undefined ? [] : [why];
}

function mismatch(certificateText: string, keyText: string): string | undefined {
  const blocks = pemBlocks(certificateText);
  const leaf = blocks.find(({ type }) => type === 'CERTIFICATE');
  if (leaf === undefined) return withoutCertificate(blocks.map(({ type }) => type));
  const keys = pemBlocks(keyText);
  const key = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (key === undefined) return withoutKey(keys.map(({ type }) => type));
  const certificate = parsed(() => new X509Certificate(leaf.text));
  if (certificate === undefined) return 'x509: malformed certificate';
  const privateKey = parsed(() => createPrivateKey(key.text));
  if (privateKey === undefined) return 'tls: failed to parse private key';
  return mismatchOf(certificate, privateKey);
}

function withoutCertificate(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY'))
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function withoutKey(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in key input';
  if (types.length === 1 && types[0] === 'CERTIFICATE')
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function mismatchOf(certificate: X509Certificate, key: KeyObject): string | undefined {
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType)
    return 'tls: private key type does not match public key type';
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key';
}

interface Block {
  readonly type: string;
  readonly text: string;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/** The blocks of a PEM text, each as it stands there. */
function pemBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let from = text.indexOf(begin);
  while (from >= 0) {
    const typeEnd = text.indexOf(dashes, from + begin.length);
    if (typeEnd < 0) break;
    const type = text.slice(from + begin.length, typeEnd);
    const end = `${dashes}END ${type}${dashes}`;
    const at = type.includes('\n') ? -1 : text.indexOf(end, typeEnd);
    if (at < 0) break;
    blocks.push({ type, text: text.slice(from, at + end.length) });
    from = text.indexOf(begin, at + end.length);
  }
  return blocks;
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
