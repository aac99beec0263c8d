import type { OCIRepository } from '@millrace/api';
import { Failed, type References } from '@millrace/controller';
import { isObject, type Json } from '@millrace/json';
import { type KubeObject, keyOf } from '@millrace/kube';
import {
  InvalidDockerConfig,
  loginFor,
  parseDockerConfig,
  type RegistryLogins,
  type RegistryOptions,
  type RepositoryName,
} from '@millrace/oci';

/** How a registry is reached and asked, by the objects that the spec names. */
export type Access = Omit<RegistryOptions, 'tokens'>;

/** Throws Parked while they are being looked for, and Failed, without their values, where they are of no use. */
export async function accessOf(
  repo: OCIRepository,
  name: RepositoryName,
  references: References,
): Promise<Access> {
  const { spec } = repo;
  const read = (purpose: string, kind: string, names: string[]) =>
    readAll(repo, references, purpose, kind, names);
  const accounts = await read('account', 'ServiceAccount', named(spec.serviceAccountName));
  const pull = accounts.flatMap(pullSecretsOf);
  const secrets = await read('credentials', 'Secret', [...named(spec.secretRef?.name), ...pull]);
  const [certificates] = await read('certificates', 'Secret', named(spec.certSecretRef?.name));
  const [proxy] = await read('proxy', 'Secret', named(spec.proxySecretRef?.name));
  const logins: RegistryLogins = secrets.flatMap(loginsIn);
  logins.sort((a, b) => b.path.length - a.path.length);
  return {
    login: loginFor(logins, name),
    insecure: spec.insecure,
    tls: certificates && tlsOf(certificates),
    proxy: proxy && proxyOf(proxy),
  };
}

const named = (name: string | undefined) => (name === undefined ? [] : [name]);

async function readAll(
  { metadata }: OCIRepository,
  references: References,
  purpose: string,
  kind: string,
  names: string[],
): Promise<KubeObject[]> {
  const { namespace = '' } = metadata;
  const refs = names.map(name => ({ apiVersion: 'v1', kind, namespace, name }));
  const found = await references.read(keyOf(metadata), purpose, refs);
  return found.map((object, i) => {
    if (object) return object;
    const { name } = refs[i]!;
    throw failed(
      `failed to get ${kind.toLowerCase()} '${namespace}/${name}': ${kind.toLowerCase()}s "${name}" not found`,
    );
  });
}

function failed(problem: string): Failed {
  return new Failed('AuthenticationFailed', `failed to get credential: ${problem}`);
}

function pullSecretsOf(account: KubeObject): string[] {
  const list = (account as { imagePullSecrets?: Json }).imagePullSecrets;
  const names = (Array.isArray(list) ? list : []).map(entry => (isObject(entry) ? entry.name : undefined));
  return names.filter(name => typeof name === 'string');
}

function textIn(secret: KubeObject, name: string): string | undefined {
  const data = (secret as { data?: Json }).data;
  const value = isObject(data) ? data[name] : undefined;
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

function loginsIn(secret: KubeObject): RegistryLogins {
  const text = textIn(secret, '.dockerconfigjson') ?? textIn(secret, '.dockercfg');
  if (text === undefined) return [];
  try {
    return parseDockerConfig(text);
  } catch (error) {
    if (!(error instanceof InvalidDockerConfig)) throw error;
    throw failed(`secret '${keyOf(secret.metadata)}' is no Docker config: ${error.message}`);
  }
}

function tlsOf(secret: KubeObject): Access['tls'] {
  const tls = {
    ca: textIn(secret, 'ca.crt') ?? textIn(secret, 'caFile'),
    cert: textIn(secret, 'tls.crt') ?? textIn(secret, 'certFile'),
    key: textIn(secret, 'tls.key') ?? textIn(secret, 'keyFile'),
  };
  const where = `secret '${keyOf(secret.metadata)}'`;
  if (!tls.ca && !tls.cert && !tls.key) throw failed(`${where} has no ca.crt, tls.crt and tls.key`);
  if (!tls.cert !== !tls.key) throw failed(`${where} has to have both tls.crt and tls.key`);
  return tls;
}

function proxyOf(secret: KubeObject): Access['proxy'] {
  const url = textIn(secret, 'address')?.trim() ?? '';
  const where = `secret '${keyOf(secret.metadata)}'`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw failed(`${where}: address has to be a URL of http or https`);
  return { url, username: textIn(secret, 'username'), password: textIn(secret, 'password') };
}
