import { createHash, randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { isObject } from '@millrace/json';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import { withCluster } from '../verbs/session.ts';
import { given, labelsOf, printManifest, requireName } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { isReference } from './image-reference.ts';
import { read } from './read.ts';
import {
  credentialsSecret,
  type KeyOptions,
  registrySecret,
  required,
  type Secret,
  secretOf,
  sshSecret,
  tlsSecret,
  upsertSecret,
} from './secret-objects.ts';

/** Print the Secret, or apply it. @param what `git secret`, as the line at the end calls it */
async function create(
  name: string | undefined,
  options: CreateOptions,
  globals: Globals,
  what: string,
  make: (name: string, labels: Record<string, string>) => Secret | Promise<Secret>,
): Promise<void> {
  const checked = requireName(name);
  const secret = await make(checked, labelsOf(options.label ?? []));
  // All but that of TLS are followed by an empty line in Flux.
  if (options.export) return printManifest(secret, what === 'tls secret' ? '' : '\n');
  const deployKey = secret.stringData?.['identity.pub'];
  if (deployKey) tell.making(`deploy key: ${deployKey}`);
  await withCluster(globals, session => upsertSecret(session, secret, fieldManager));
  tell.action(`${what} '${checked}' created in '${globals.namespace}' namespace`);
}

export interface GitSecretOptions extends CreateOptions, KeyOptions {
  url?: string;
  username?: string;
  bearerToken?: string;
  caCrtFile?: string;
}

export function createGitSecret(name: string | undefined, options: GitSecretOptions, globals: Globals) {
  const { namespace } = globals;
  return create(name, options, globals, 'git secret', async (checked, labels) => {
    const { url, username, password, bearerToken, caCrtFile } = options;
    if (!url) throw new CliError('url is required');
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
    if (scheme === 'ssh') return sshSecret(checked, namespace, url, options, labels);
    if (scheme !== 'http' && scheme !== 'https')
      throw new CliError(`git URL scheme '${scheme}' not supported, can be: ssh, http and https`);
    const login = username && password;
    if (!login && !bearerToken)
      throw new CliError('for Git over HTTP/S the username and password, or a bearer token is required');
    if (login && bearerToken) throw new CliError('user credentials and bearer token cannot be used together');
    const data = {
      ...(login ? { username, password } : {}),
      ...(bearerToken ? { bearerToken } : {}),
      ...(caCrtFile ? { 'ca.crt': await read(caCrtFile, 'unable to read TLS CA file') } : {}),
    };
    return secretOf({ name: checked, namespace, labels, data });
  });
}

export interface TlsFiles extends CreateOptions {
  caCrtFile?: string;
  tlsCrtFile?: string;
  tlsKeyFile?: string;
}

async function filesOf({ caCrtFile, tlsCrtFile, tlsKeyFile }: TlsFiles) {
  return {
    authority: caCrtFile ? await read(caCrtFile, 'unable to read TLS CA file') : '',
    certificate: tlsCrtFile ? await read(tlsCrtFile, 'failed to read cert file') : '',
    key: tlsKeyFile ? await read(tlsKeyFile, 'failed to read key file') : '',
  };
}

export interface LoginOptions extends TlsFiles {
  username?: string;
  password?: string;
}

export function createHelmSecret(name: string | undefined, options: LoginOptions, globals: Globals) {
  const { username = '', password = '' } = options;
  return create(name, options, globals, 'helm secret', async (checked, labels) =>
    credentialsSecret(
      checked,
      globals.namespace,
      { username, password, ...(await filesOf(options)) },
      labels,
    ),
  );
}

export function createTlsSecret(name: string | undefined, options: TlsFiles, globals: Globals) {
  return create(name, options, globals, 'tls secret', async (checked, labels) =>
    tlsSecret(checked, globals.namespace, await filesOf(options), labels),
  );
}

export interface OciSecretOptions extends CreateOptions {
  url?: string;
  username?: string;
  password?: string;
}

export function createOciSecret(name: string | undefined, options: OciSecretOptions, globals: Globals) {
  return create(name, options, globals, 'oci secret', checked => {
    const { url, username, password } = options;
    if (!url) throw new CliError('--url is required');
    if (!username) throw new CliError('--username is required');
    if (!password) throw new CliError('--password is required');
    if (!isReference(url)) throw new CliError(`error parsing url: 'could not parse reference: ${url}'`);
    return registrySecret({ name: checked, namespace: globals.namespace, registry: url, username, password });
  });
}

export interface ProxyOptions extends CreateOptions {
  address?: string;
  username?: string;
  password?: string;
}

export function createProxySecret(name: string | undefined, options: ProxyOptions, globals: Globals) {
  return create(name, options, globals, 'proxy secret', (checked, labels) => {
    const { address, username, password } = options;
    if (!address) throw new CliError('address is required');
    const data = given({ address, username, password }) as Record<string, string>;
    return secretOf({ name: checked, namespace: globals.namespace, labels, data, type: 'Opaque' });
  });
}

export interface GitHubAppOptions extends CreateOptions {
  appId?: string;
  appInstallationId?: string;
  appInstallationOwner?: string;
  appPrivateKey?: string;
  appBaseUrl?: string;
}

export function createGitHubAppSecret(name: string | undefined, options: GitHubAppOptions, globals: Globals) {
  return create(name, options, globals, 'githubapp secret', async (checked, labels) => {
    const { appId, appInstallationId, appInstallationOwner, appBaseUrl } = options;
    const key = await read(options.appPrivateKey ?? '', 'unable to read private key file');
    const data = {
      githubAppID: required(appId, 'githubAppID'),
      githubAppPrivateKey: required(key, 'githubAppPrivateKey'),
      ...given({
        githubAppInstallationID: appInstallationId,
        githubAppInstallationOwner: appInstallationOwner,
        githubAppBaseURL: appBaseUrl,
      }),
    } as Record<string, string>;
    if (!appInstallationId === !appInstallationOwner)
      throw new CliError(
        'exactly one of githubAppInstallationOwner or githubAppInstallationID must be provided',
      );
    return secretOf({ name: checked, namespace: globals.namespace, labels, data, type: 'Opaque' });
  });
}

export interface NotationOptions extends CreateOptions {
  caCertFile?: string[];
  trustPolicyFile?: string;
}

export function createNotationSecret(name: string | undefined, options: NotationOptions, globals: Globals) {
  return create(name, options, globals, 'notation configuration secret', async (checked, labels) => {
    const { caCertFile = [], trustPolicyFile } = options;
    if (caCertFile.length === 0) throw new CliError('--ca-cert-file is required');
    if (!trustPolicyFile) throw new CliError('--trust-policy-file is required');
    const policy = await read(trustPolicyFile, 'unable to read trust policy file');
    requirePolicy(policy, trustPolicyFile);
    const odd = caCertFile.map(file => basename(file)).filter(file => !/\.(crt|pem)$/.test(file));
    if (odd.length > 0)
      throw new CliError(odd.map(file => `${file} must end with either .crt or .pem`).join('\n'));
    const certificates = await Promise.all(
      caCertFile.map(async file => [basename(file), await read(file, 'unable to read TLS CA file')] as const),
    );
    const data = { ...Object.fromEntries(certificates), 'trustpolicy.json': policy };
    return secretOf({ name: checked, namespace: globals.namespace, labels, data });
  });
}

/** What every policy has; the rest is told when something is verified by it. */
function requirePolicy(text: string, file: string): void {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new CliError(`failed to unmarshal trust policy ${file}: ${(error as Error).message}`);
  }
  const policy = isObject(read as never) ? (read as Record<string, unknown>) : {};
  if (!policy.version)
    throw new CliError(
      'invalid trust policy: trust policy document has empty version, version must be specified',
    );
  if (!Array.isArray(policy.trustPolicies) || policy.trustPolicies.length === 0)
    throw new CliError(
      'invalid trust policy: trust policy document can not have zero trust policy statements',
    );
}

export interface ReceiverSecretOptions extends CreateOptions {
  type?: string;
  hostname?: string;
  token?: string;
  emailClaim?: string;
  audienceClaim?: string;
}

export function createReceiverSecret(
  name: string | undefined,
  options: ReceiverSecretOptions,
  globals: Globals,
) {
  return create(name, options, globals, 'receiver secret', (checked, labels) => {
    const { type, hostname, emailClaim } = options;
    if (!type) throw new CliError('--type is required');
    if (!hostname) throw new CliError('--hostname is required');
    if (type === 'gcr' && !emailClaim) throw new CliError('--email-claim is required for gcr receiver type');
    const token = options.token || randomBytes(32).toString('hex');
    const hash = createHash('sha256')
      .update(token + checked + globals.namespace)
      .digest('hex');
    const url = `https://${hostname}/hook/${hash}`;
    const claims: Record<string, string> =
      type === 'gcr' ? { audience: options.audienceClaim || url, email: emailClaim! } : {};
    return secretOf({
      name: checked,
      namespace: globals.namespace,
      labels,
      annotations: { 'notification.toolkit.fluxcd.io/webhook': url },
      data: { ...claims, token },
    });
  });
}
