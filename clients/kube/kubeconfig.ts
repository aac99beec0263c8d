import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { isObject, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { type Credentials, credentialsOf } from './credentials.ts';

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
}

export interface KubeconfigOptions {
  /** The file; by default those of $KUBECONFIG, then ~/.kube/config, then the Pod's service account. */
  path?: string | undefined;
  context?: string | undefined;
  /** The text of a kubeconfig instead of a file. */
  text?: string | undefined;
  /** The text is a stranger's: it reads no file of this machine, and what else it may do is said here. */
  stranger?: { mayRunPrograms: boolean; maySkipVerification: boolean } | undefined;
}

/** The kubeconfig is missing or does not say what is needed. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

interface Named {
  entry: JsonObject;
  /** Relative file names in the entry start here. */
  folder: string;
}

interface Kubeconfig {
  currentContext?: string | undefined;
  clusters: Map<string, Named>;
  users: Map<string, Named>;
  contexts: Map<string, Named>;
}

/** Find the cluster as kubectl does. Throws KubeconfigError with the file and what it lacks. */
export function loadConnection(options: KubeconfigOptions = {}): Connection {
  const files = options.text === undefined ? kubeconfigFiles(options.path) : [];
  if (options.text === undefined && files.length === 0) return inCluster(options);
  const config =
    options.text === undefined ? merge(files) : parseKubeconfig(options.text, process.cwd(), 'kubeconfig');
  const name = options.context ?? config.currentContext;
  if (!name) throw new KubeconfigError('the kubeconfig has no current-context; choose one with --context');
  const context = config.contexts.get(name)?.entry;
  if (!context) throw new KubeconfigError(`context "${name}" does not exist in the kubeconfig`);
  return connect(name, context, config, options.stranger);
}

function connect(
  contextName: string,
  context: JsonObject,
  config: Kubeconfig,
  stranger: KubeconfigOptions['stranger'],
): Connection {
  const clusterName = text(context, 'cluster') ?? '';
  const cluster = config.clusters.get(clusterName);
  const server = cluster && text(cluster.entry, 'server');
  if (!cluster || !server)
    throw new KubeconfigError(`cluster "${clusterName}" of context "${contextName}" has no server`);
  const user = config.users.get(text(context, 'user') ?? '');
  if (stranger) requireSelfContained(cluster, user, stranger.mayRunPrograms);
  const ca = fileOrData(cluster, 'certificate-authority');
  const serverName = text(cluster.entry, 'tls-server-name');
  return {
    server: server.replace(/(?<!\/)\/+$/, ''),
    ...(ca ? { ca } : {}),
    insecureSkipVerify:
      cluster.entry['insecure-skip-tls-verify'] === true && (stranger?.maySkipVerification ?? true),
    ...(serverName ? { serverName } : {}),
    namespace: text(context, 'namespace') ?? 'default',
    contextName,
    credentials: credentialsOf(user ? userOf(user, stranger?.mayRunPrograms ?? true) : {}),
  };
}

/**
 * What stands in a Secret must bring all that it needs (fluxcd/pkg, runtime/client). Credentials that cannot be used
 * are told: without them the request would be somebody else's.
 */
function requireSelfContained(cluster: Named, user: Named | undefined, mayRunPrograms: boolean): void {
  const has = (entry: JsonObject, field: string) => text(entry, field) !== undefined;
  const ofUser = user?.entry ?? {};
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

function userOf(user: Named, mayRunPrograms: boolean) {
  const exec = user.entry.exec;
  return {
    cert: fileOrData(user, 'client-certificate'),
    key: fileOrData(user, 'client-key'),
    token: text(user.entry, 'token'),
    tokenFile: text(user.entry, 'tokenFile') && resolve(user.folder, text(user.entry, 'tokenFile')!),
    username: text(user.entry, 'username'),
    password: text(user.entry, 'password'),
    impersonate: text(user.entry, 'as'),
    exec: isObject(exec) && mayRunPrograms ? exec : undefined,
  };
}

function kubeconfigFiles(path: string | undefined): string[] {
  if (path) {
    if (!existsSync(path)) throw new KubeconfigError(`kubeconfig ${path} does not exist`);
    return [path];
  }
  const listed = process.env.KUBECONFIG?.split(delimiter).filter(file => file !== '');
  return (listed?.length ? listed : [join(homedir(), '.kube', 'config')]).filter(file => existsSync(file));
}

/** Files listed first win, entry by entry, as kubectl merges them. */
function merge(files: string[]): Kubeconfig {
  const merged: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map() };
  for (const file of files) {
    const one = parseKubeconfig(readFileSync(file, 'utf8'), dirname(resolve(file)), file);
    merged.currentContext ||= one.currentContext;
    for (const part of ['clusters', 'users', 'contexts'] as const) {
      for (const [name, entry] of one[part]) if (!merged[part].has(name)) merged[part].set(name, entry);
    }
  }
  return merged;
}

function parseKubeconfig(content: string, folder: string, source: string): Kubeconfig {
  const document = parseAll(content, { source })[0];
  if (!isObject(document)) throw new KubeconfigError(`${source} is not a kubeconfig`);
  const named = (list: string, field: string) => {
    const found = new Map<string, Named>();
    for (const item of Array.isArray(document[list]) ? document[list] : []) {
      if (isObject(item) && typeof item.name === 'string' && isObject(item[field])) {
        found.set(item.name, { entry: item[field], folder });
      }
    }
    return found;
  };
  return {
    currentContext: text(document, 'current-context'),
    clusters: named('clusters', 'cluster'),
    users: named('users', 'user'),
    contexts: named('contexts', 'context'),
  };
}

function text(entry: JsonObject, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A PEM given inline as base64 (`x-data`) or as a file (`x`). */
function fileOrData(named: Named, field: string): string | undefined {
  const data = text(named.entry, `${field}-data`);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const file = text(named.entry, field);
  if (!file) return undefined;
  try {
    return readFileSync(resolve(named.folder, file), 'utf8');
  } catch (cause) {
    throw new KubeconfigError(`${field} ${resolve(named.folder, file)} cannot be read`, { cause });
  }
}

/** Where Kubernetes mounts a Pod's own identity. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

function inCluster(options: KubeconfigOptions): Connection {
  const host = process.env.KUBERNETES_SERVICE_HOST;
  if (!host || !existsSync(`${serviceAccount}/token`)) {
    throw new KubeconfigError('no kubeconfig: set KUBECONFIG or give --kubeconfig');
  }
  if (options.context)
    throw new KubeconfigError(`context "${options.context}" does not exist: there is no kubeconfig`);
  const port = process.env.KUBERNETES_SERVICE_PORT ?? '443';
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: readFileSync(`${serviceAccount}/ca.crt`, 'utf8'),
    insecureSkipVerify: false,
    namespace: readFileSync(`${serviceAccount}/namespace`, 'utf8').trim() || 'default',
    contextName: 'in-cluster',
    credentials: credentialsOf({ tokenFile: `${serviceAccount}/token` }),
  };
}
