import type { GitRepository } from '@millrace/api';
import {
  type Cloud,
  CloudError,
  type GitHubApp,
  gitHubLogin,
  http,
  type IdentityRules,
  principalOf,
  requireGitHubApp,
} from '@millrace/cloud';
import { Failed, type References, Stalled } from '@millrace/controller';
import { textIn } from '@millrace/controller/secrets';
import type { GitProxy, HttpCredentials, Remote, SshAlgorithms } from '@millrace/git';
import { connection } from '@millrace/http';
import { type KubeObject, keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import { httpCredentials, sshCredentials } from './credentials.ts';
import type { Identities } from './identities.ts';
import { mappedGitUrl, type UrlMap } from './url-map.ts';

/** By what a repository is reached. */
export interface AccessRules extends IdentityRules {
  references: References;
  urls: UrlMap;
  algorithms: SshAlgorithms;
  cloud: Cloud;
  identities: Identities;
}

/** How a repository is reached, before anybody is asked for a token. */
export interface Access {
  remote: Remote;
  /** Who is to be asked. */
  provider?: 'aws' | 'azure' | GitHubApp | undefined;
}

/**
 * How a repository is reached by its spec and the Secrets that this names. Throws Parked while they are being looked
 * for, and Failed or Stalled, without their values. @param owner woken when one of them changes
 */
export async function accessOf(
  repo: GitRepository,
  on: AccessRules,
  owner = keyOf(repo.metadata),
): Promise<Access> {
  const { spec } = repo;
  const fetchUrl = mappedGitUrl(spec.url, on.urls);
  if (fetchUrl !== undefined) return { remote: { url: spec.url, fetchUrl } };
  const proxySecret = await secretNamed(repo, owner, on, 'proxy', spec.proxySecretRef?.name);
  const proxy = proxySecret && proxyIn(proxySecret);
  if (!URL.canParse(spec.url))
    throw new Stalled('URLInvalid', `failed to parse url '${withoutCredentials(spec.url)}': it is none`);
  const { protocol } = new URL(spec.url);
  const secret = await secretNamed(repo, owner, on, 'credentials', spec.secretRef?.name);
  const provider = providerOf(repo, secret, on);
  if (protocol === 'ssh:') {
    const remote = { url: spec.url, ssh: sshCredentials(secret), algorithms: on.algorithms, proxy };
    return { remote };
  }
  const credentials = secret && httpCredentials(secret, protocol.slice(0, -1));
  return { remote: { url: spec.url, credentials, proxy }, provider };
}

/**
 * The same, with a token of the provider, and a key that needs no password. Throws Failed, GitError.
 * @param namespace of the service account that the spec names, and whose turn it is
 */
export async function admitted(
  { spec }: GitRepository,
  { remote, provider }: Access,
  on: AccessRules,
  signal: AbortSignal,
  namespace: string,
): Promise<Remote> {
  if (remote.ssh) return { ...remote, ssh: await on.identities.opened(remote.ssh, namespace, signal) };
  if (!provider) return remote;
  const who = principalOf(namespace, spec.serviceAccountName, on);
  try {
    const found =
      typeof provider === 'string'
        ? await on.cloud.gitCredentials(provider, spec.url, who, signal)
        : await appLogin(provider, remote, on.cloud, signal);
    const { ca, cert, key } = remote.credentials ?? {};
    const { username, password, bearerToken }: HttpCredentials = { ...found };
    return { ...remote, credentials: { ca, cert, key, username, password, bearerToken } };
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause;
    const message = `failed to configure authentication options: ${cause.message}`;
    throw new Failed('AuthenticationFailed', message, { cause });
  }
}

/** GitHub is asked as the repository is: by the same authority, certificate and proxy. */
function appLogin(app: GitHubApp, { credentials = {}, proxy }: Remote, cloud: Cloud, signal: AbortSignal) {
  const { ca, cert, key } = credentials;
  const tls = { ca, cert, key };
  return cloud.tokens.get(
    ['GitHub App', app, tls, proxy],
    async late => {
      const dispatcher = connection({ tls, proxy });
      try {
        return await gitHubLogin(http({ dispatcher }), app, new Date(), late);
      } finally {
        await dispatcher.close();
      }
    },
    signal,
  );
}

async function secretNamed(
  { metadata }: GitRepository,
  owner: string,
  { references }: AccessRules,
  purpose: string,
  name: string | undefined,
): Promise<KubeObject | undefined> {
  const { namespace = '' } = metadata;
  const refs = name === undefined ? [] : [{ apiVersion: 'v1', kind: 'Secret', namespace, name }];
  const [secret] = await references.read(owner, purpose, refs);
  if (name === undefined || secret) return secret;
  const missing = `failed to get secret '${namespace}/${name}': secrets "${name}" not found`;
  throw new Failed(
    'AuthenticationFailed',
    purpose === 'proxy' ? `failed to configure proxy options: ${missing}` : missing,
  );
}

function providerOf(
  { spec }: GitRepository,
  secret: KubeObject | undefined,
  on: AccessRules,
): Access['provider'] {
  const { provider = 'generic', serviceAccountName } = spec;
  if (provider === 'github') return appIn(secret);
  if (provider === 'generic') {
    if (secret && textIn(secret, 'githubAppID'))
      throw new Failed(
        'InvalidProviderConfiguration',
        `secretRef '${keyOf(secret.metadata)}' has github app data but provider is not set to github`,
      );
    return undefined;
  }
  if (serviceAccountName !== undefined && !on.objectLevelIdentity)
    throw new Stalled(
      'FeatureGateDisabled',
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    );
  return provider;
}

function appIn(secret: KubeObject | undefined): GitHubApp {
  const missing = 'secretRef with github app data must be specified when provider is set to github';
  if (!secret) throw new Stalled('InvalidProviderConfiguration', missing);
  const field = (name: string) => textIn(secret, name)?.trim() || undefined;
  const appId = field('githubAppID');
  if (!appId) throw new Failed('InvalidProviderConfiguration', missing);
  const app: GitHubApp = {
    appId,
    privateKey: field('githubAppPrivateKey') ?? '',
    owner: field('githubAppInstallationOwner'),
    installationId: field('githubAppInstallationID'),
    baseUrl: field('githubAppBaseURL'),
  };
  try {
    requireGitHubApp(app);
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause;
    const message = `failed to configure authentication options: ${cause.message}`;
    throw new Failed('AuthenticationFailed', message, { cause });
  }
  return app;
}

/** spec.proxySecretRef: `address`, of http, https or socks5, with `username` and `password`. */
function proxyIn(secret: KubeObject): GitProxy {
  const url = textIn(secret, 'address')?.trim() ?? '';
  if (!URL.canParse(url) || !/^(https?|socks5):$/.test(new URL(url).protocol))
    throw new Failed(
      'AuthenticationFailed',
      `failed to configure proxy options: secret '${keyOf(secret.metadata)}': address has to be a URL of http, https or socks5`,
    );
  return { url, username: textIn(secret, 'username'), password: textIn(secret, 'password') };
}
