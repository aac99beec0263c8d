import { resolve } from 'node:path';
import { isObject, type JsonObject } from '@millrace/json';
import { type Credentials, credentialsOf } from './credentials.ts';
import type { Direct } from './direct.ts';
import type { Impersonation } from './identity.ts';
import { impersonationOf } from './impersonation.ts';
import {
  fileOrData,
  type Kubeconfig,
  KubeconfigError,
  type KubeconfigSource,
  loadKubeconfig,
  type Named,
  text,
} from './kubeconfig.ts';
import { type Overrides, overrideCluster, overrideUser } from './overrides.ts';

/** How to reach one cluster as one user. */
export interface Connection {
  /** Without a trailing slash. */
  server: string;
  /** PEM; undefined means the system's authorities. */
  ca?: string;
  insecureSkipVerify: boolean;
  serverName?: string;
  /** Of the context; `default` where it names none. */
  namespace: string;
  contextName: string;
  credentials: Credentials;
  /** In whose name everything is asked that is not asked in another's. */
  as?: Impersonation;
  /** By which way it goes where the server lives in this process; watches and logs go by HTTP all the same. */
  direct?: Direct;
}

export interface ConnectionOptions extends KubeconfigSource {
  overrides?: Overrides | undefined;
  /** The text is a stranger's: it reads no file of this machine, and what else it may do is said here. */
  stranger?: { mayRunPrograms: boolean; maySkipVerification: boolean } | undefined;
}

/** Find the cluster as kubectl does. Throws KubeconfigError with the file and what it lacks. */
export function loadConnection(options: ConnectionOptions = {}): Connection {
  const { overrides = {} } = options;
  const config = loadKubeconfig(options, overrides.server !== undefined);
  const name = options.context ?? config.currentContext;
  const found = name === undefined ? undefined : config.contexts.get(name);
  if (name !== undefined && !found)
    throw new KubeconfigError(`context "${name}" does not exist in the kubeconfig`);
  if (!found && overrides.server === undefined && overrides.cluster === undefined)
    throw new KubeconfigError('the kubeconfig has no current-context; choose one with --context');
  for (const part of ['cluster', 'user'] as const) {
    const chosen = overrides[part];
    if (chosen !== undefined && !config[`${part}s`].has(chosen))
      throw new KubeconfigError(`${part} "${chosen}" does not exist in the kubeconfig`);
  }
  return connect(name ?? '', found?.entry ?? {}, config, options);
}

function connect(
  contextName: string,
  context: JsonObject,
  config: Kubeconfig,
  { overrides = {}, stranger }: ConnectionOptions,
): Connection {
  const none = { entry: {}, folder: '' };
  const clusterName = overrides.cluster ?? text(context, 'cluster') ?? '';
  const cluster = overrideCluster(config.clusters.get(clusterName) ?? none, overrides);
  const server = text(cluster.entry, 'server');
  if (!server)
    throw new KubeconfigError(`cluster "${clusterName}" of context "${contextName}" has no server`);
  const userName = overrides.user ?? text(context, 'user') ?? '';
  const user = overrideUser(config.users.get(userName) ?? none, overrides);
  if (stranger) requireSelfContained(cluster, user, stranger.mayRunPrograms);
  const ca = fileOrData(cluster, 'certificate-authority');
  const insecureSkipVerify =
    cluster.entry['insecure-skip-tls-verify'] === true && (stranger?.maySkipVerification ?? true);
  if (ca && insecureSkipVerify)
    throw new KubeconfigError(
      `cluster "${clusterName}": a certificate authority and insecure-skip-tls-verify exclude each other`,
    );
  const serverName = text(cluster.entry, 'tls-server-name');
  const as = impersonationOf(user.entry, userName);
  const address = addressOf(server, clusterName);
  return {
    server: address,
    ...(ca ? { ca } : {}),
    insecureSkipVerify,
    ...(serverName ? { serverName } : {}),
    namespace: text(context, 'namespace') ?? 'default',
    contextName,
    credentials: credentialsOf(
      mayProve(address, overrides) ? userOf(user, userName, stranger?.mayRunPrograms ?? true) : {},
    ),
    ...(as ? { as } : {}),
  };
}

/** Without a scheme it is http, as for client-go. */
function addressOf(server: string, clusterName: string): string {
  const address = server.includes('://') ? server : `http://${server}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new KubeconfigError(
      `the server of cluster "${clusterName}" is no address: https://host:port is expected, without a user`,
    );
  return address.replace(/(?<!\/)\/+$/, '');
}

/**
 * Nothing is proved over a connection that others can read (client-go keeps the credentials to itself then). Who has
 * asked for it is told: whatever answers there would take the request for somebody else's.
 */
function mayProve(address: string, { token, clientCertificate, clientKey }: Overrides): boolean {
  if (/^https:/i.test(address)) return true;
  if ([token, clientCertificate, clientKey].every(proof => proof === undefined)) return false;
  throw new KubeconfigError(`${address}: a token or a client certificate is sent over https only`);
}

/**
 * What stands in a Secret must bring all that it needs (fluxcd/pkg, runtime/client). Credentials that cannot be used
 * are told: without them the request would be somebody else's.
 */
function requireSelfContained(cluster: Named, user: Named, mayRunPrograms: boolean): void {
  const has = (entry: JsonObject, field: string) => text(entry, field) !== undefined;
  const ofUser = user.entry;
  const named = [
    ...['certificate-authority'].filter(field => has(cluster.entry, field)),
    ...['client-certificate', 'client-key'].filter(field => has(ofUser, field)),
    ...['tokenFile'].filter(field => has(ofUser, field) && !has(ofUser, 'token')),
  ].filter(field => !has(cluster.entry, `${field}-data`) && !has(ofUser, `${field}-data`));
  if (named.length > 0)
    throw new KubeconfigError(
      `${named.join(', ')}: files are not read for a remote cluster, give the data itself`,
    );
  const others = ['token', 'username', 'client-certificate-data'].some(field => has(ofUser, field));
  if (isObject(ofUser.exec) && !mayRunPrograms && !others)
    throw new KubeconfigError('user.exec is not run for a remote cluster without --insecure-kubeconfig-exec');
}

function userOf(user: Named, name: string, mayRunPrograms: boolean) {
  const exec = user.entry.exec;
  const cert = fileOrData(user, 'client-certificate');
  const key = cert && fileOrData(user, 'client-key');
  if (cert && !key) throw new KubeconfigError(`user "${name}" has a client certificate without its key`);
  return {
    cert,
    key,
    token: text(user.entry, 'token'),
    tokenFile: text(user.entry, 'tokenFile') && resolve(user.folder, text(user.entry, 'tokenFile')!),
    username: text(user.entry, 'username'),
    password: text(user.entry, 'password'),
    exec: isObject(exec) && mayRunPrograms ? exec : undefined,
  };
}
