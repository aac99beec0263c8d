import type { References } from '@millrace/controller';
import { lookUp, proxyIn, textIn, tlsIn, unusable } from '@millrace/controller/secrets';
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
export type Access = Omit<RegistryOptions, 'tokens'> & {
  /** There are logins, whether they are for this registry or not: then no provider is asked for one. */
  hasLogins: boolean;
};

/** What a spec says of the way to a registry. */
export interface RegistrySpec {
  secretRef?: { name: string };
  serviceAccountName?: string;
  proxySecretRef?: { name: string };
  certSecretRef?: { name: string };
  insecure?: boolean;
}

/** An object that asks a registry. */
type Owner = KubeObject & { spec: RegistrySpec };

/**
 * Throws Parked while they are being looked for, and Failed, without their values, where they are of no use.
 * @param what the registry, or what of it is asked for
 */
export async function accessOf(
  repo: Owner,
  name: RepositoryName,
  what: string,
  references: References,
): Promise<Access> {
  const { spec } = repo;
  const logins = await loginsOf(repo, references);
  const proxy = await oneSecret(
    repo,
    references,
    'proxy',
    spec.proxySecretRef,
    'failed to get proxy address',
  );
  const step = `failed to generate transport for '${what}'`;
  const certificates = await oneSecret(repo, references, 'certificates', spec.certSecretRef, step);
  return {
    login: loginFor(logins.all, name),
    hasLogins: logins.secrets > 0,
    insecure: spec.insecure,
    tls: certificates && tlsIn(certificates, step),
    proxy: proxy && proxyIn(proxy, 'failed to get proxy address'),
  };
}

async function loginsOf(
  repo: Owner,
  references: References,
): Promise<{ all: RegistryLogins; secrets: number }> {
  const { secretRef, serviceAccountName } = repo.spec;
  const { namespace } = repo.metadata;
  const named = secretRef?.name ? [secretRef.name] : [];
  const accounts = serviceAccountName ? [serviceAccountName] : [];
  const [account] = await lookUp(repo, references, 'account', 'ServiceAccount', accounts);
  const pull = account ? pullSecretsOf(account) : [];
  const found = await lookUp(repo, references, 'credentials', 'Secret', [...named, ...pull]);
  for (const [i, name] of named.entries())
    if (!found[i]) throw unusable(`failed to get secret '${namespace}/${name}': secrets "${name}" not found`);
  for (const name of accounts)
    if (!account) throw unusable(`serviceaccount '${namespace}/${name}' not found`);
  const secrets = found.map((secret, i) => {
    if (secret) return secret;
    throw unusable(
      `failed to get image pull secret for serviceaccount '${namespace}/${serviceAccountName}': ` +
        `secret '${namespace}/${[...named, ...pull][i]}' not found`,
    );
  });
  const all = secrets.flatMap(loginsIn).sort((a, b) => b.path.length - a.path.length);
  return { all, secrets: secrets.length };
}

async function oneSecret(
  repo: Owner,
  references: References,
  purpose: string,
  ref: { name: string } | undefined,
  step: string,
): Promise<KubeObject | undefined> {
  const names = ref?.name ? [ref.name] : [];
  const [secret] = await lookUp(repo, references, purpose, 'Secret', names);
  if (names.length === 0 || secret) return secret;
  throw unusable(`secret '${repo.metadata.namespace}/${names[0]}' not found`, step);
}

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
