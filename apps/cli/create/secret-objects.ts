import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isNotFound, type KubeObject, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Session } from '../verbs/session.ts';
import { read } from './read.ts';

export interface Secret extends KubeObject {
  /** Left out where there is nothing in it. */
  stringData?: Record<string, string>;
  type?: string;
}

export interface SecretParts {
  name: string;
  namespace: string;
  data: Record<string, string>;
  type?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export function secretOf({ name, namespace, data, type, labels = {}, annotations }: SecretParts): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...(annotations ? { annotations } : {}),
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      name,
      namespace,
    },
    ...(Object.keys(data).length > 0 ? { stringData: data } : {}),
    ...(type ? { type } : {}),
  };
}

/** Make the Secret, or put these entries, labels and annotations beside those that it has. */
export async function upsertSecret(
  { client, signal }: Session,
  secret: Secret,
  fieldManager: string,
): Promise<void> {
  const options = { as: 'own' as const, fieldManager, signal };
  const there = await client.get(refOf(secret), { as: 'own', signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (!there) return void (await client.create(secret, options));
  const { labels, annotations } = secret.metadata;
  const patch = {
    metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    stringData: secret.stringData ?? {},
  };
  await client.patch(refOf(secret), 'merge', patch, options);
}

export interface KeyOptions {
  privateKeyFile?: string;
  password?: string;
  sshKeyAlgorithm: string;
  sshEcdsaCurve: string;
  sshRsaBits: string;
}

/** A key for a Git server, given or new, and what the server shows of itself. */
export async function sshSecret(
  name: string,
  namespace: string,
  url: string,
  options: KeyOptions,
  labels: Record<string, string> = {},
): Promise<Secret> {
  const { keyPairOf, newKeyPair, scanHostKey } = await import('@millrace/git');
  const { privateKeyFile, password } = options;
  const pair = privateKeyFile
    ? keyPairOf(await read(privateKeyFile, 'failed to open private key file'), password)
    : await newKeyPair(options.sshKeyAlgorithm as 'rsa', {
        bits: Number(options.sshRsaBits),
        curve: options.sshEcdsaCurve as 'p384',
      });
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const data = {
    identity: pair.privateKey,
    'identity.pub': pair.publicKey,
    known_hosts: await scanHostKey(host, port === '' ? 22 : Number(port)),
    ...(password ? { password } : {}),
  };
  return secretOf({ name, namespace, data, labels });
}

/** A login to a registry, as kubelets and controllers read it. */
export function registrySecret(login: {
  name: string;
  namespace: string;
  registry: string;
  username: string;
  password: string;
}): Secret {
  const { name, namespace, registry, username, password } = login;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const config = JSON.stringify({ auths: { [registry]: { username, password, auth } } }, null, 2);
  return secretOf({
    name,
    namespace,
    data: { '.dockerconfigjson': config },
    type: 'kubernetes.io/dockerconfigjson',
  });
}

export interface Credentials {
  username?: string;
  password?: string;
  /** In PEM; empty for none, as the others. */
  authority?: string;
  certificate?: string;
  key?: string;
}

/** What a Helm repository takes: a certificate of one's own before a login, and an authority beside either. */
export function credentialsSecret(
  name: string,
  namespace: string,
  given: Credentials,
  labels: Record<string, string> = {},
): Secret {
  const { username = '', password = '', authority = '', certificate = '', key = '' } = given;
  if (certificate || key) return tlsSecret(name, namespace, given, labels);
  if (username || password) {
    const data = {
      password: required(password, 'password'),
      username: required(username, 'username'),
      ...(authority ? { 'ca.crt': authority } : {}),
    };
    return secretOf({ name, namespace, labels, data, type: 'kubernetes.io/basic-auth' });
  }
  if (authority) return tlsSecret(name, namespace, given, labels);
  return secretOf({ name, namespace, labels, data: {} });
}

/** A certificate with its key, an authority, or both. Throws CliError where they do not fit. */
export function tlsSecret(
  name: string,
  namespace: string,
  { authority = '', certificate = '', key = '' }: Credentials,
  labels: Record<string, string> = {},
): Secret {
  if (!authority && !certificate && !key)
    throw new CliError('no CA certificate or client certificate pair found');
  if (!certificate !== !key) throw new CliError("must contain both 'tls.crt' and 'tls.key'");
  if (certificate && !fit(certificate, key))
    throw new CliError('invalid TLS certificate and key: they are none, or do not belong together');
  const data = {
    ...(authority ? { 'ca.crt': authority } : {}),
    ...(certificate ? { 'tls.crt': certificate, 'tls.key': key } : {}),
  };
  const type = certificate ? 'kubernetes.io/tls' : 'Opaque';
  return secretOf({ name, namespace, labels, data, type });
}

function fit(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** Throws CliError where there is nothing. */
export function required(value: string | undefined, key: string): string {
  if (!value) throw new CliError(`${key} is required`);
  return value;
}
