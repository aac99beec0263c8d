import type { OCIRepository } from '@millrace/api';
import type { References } from '@millrace/controller';
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
import { proxyIn, readNamed, textIn, tlsIn, unusable } from '../secrets.ts';

/** How a registry is reached and asked, by the objects that the spec names. */
export type Access = Omit<RegistryOptions, 'tokens'>;

/** Throws Parked while they are being looked for, and Failed, without their values, where they are of no use. */
export async function accessOf(
  repo: OCIRepository,
  name: RepositoryName,
  references: References,
): Promise<Access> {
  const { spec } = repo;
  const read = (purpose: string, kind: 'Secret' | 'ServiceAccount', names: string[]) =>
    readNamed(repo, references, purpose, kind, names);
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
    tls: certificates && tlsIn(certificates),
    proxy: proxy && proxyIn(proxy),
  };
}

const named = (name: string | undefined) => (name === undefined ? [] : [name]);

function pullSecretsOf(account: KubeObject): string[] {
  const list = (account as { imagePullSecrets?: Json }).imagePullSecrets;
  const names = (Array.isArray(list) ? list : []).map(entry => (isObject(entry) ? entry.name : undefined));
  return names.filter(name => typeof name === 'string');
}

function loginsIn(secret: KubeObject): RegistryLogins {
  const text = textIn(secret, '.dockerconfigjson') ?? textIn(secret, '.dockercfg');
  if (text === undefined) return [];
  try {
    return parseDockerConfig(text);
  } catch (error) {
    if (!(error instanceof InvalidDockerConfig)) throw error;
    throw unusable(`secret '${keyOf(secret.metadata)}' is no Docker config: ${error.message}`);
  }
}
