import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { isObject, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';

export interface KubeconfigSource {
  /** The file; by default those of $KUBECONFIG, then ~/.kube/config, then the Pod's service account. */
  path?: string | undefined;
  context?: string | undefined;
  /** The text of a kubeconfig instead of a file. */
  text?: string | undefined;
}

/** An entry of a kubeconfig. */
export interface Named {
  entry: JsonObject;
  /** Relative file names in the entry start here. */
  folder: string;
}

/** The kubeconfig is missing or does not say what is needed. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

export interface Kubeconfig {
  currentContext?: string | undefined;
  clusters: Map<string, Named>;
  users: Map<string, Named>;
  contexts: Map<string, Named>;
}

/**
 * What the kubeconfig says, or what stands in a Pod.
 * @param elsewhere whether there need be neither
 */
export function loadKubeconfig({ path, text, context }: KubeconfigSource, elsewhere: boolean): Kubeconfig {
  if (text !== undefined) return parseKubeconfig(text, process.cwd(), 'kubeconfig');
  const files = kubeconfigFiles(path);
  if (files.length > 0) return merge(files);
  if (context) throw new KubeconfigError(`context "${context}" does not exist: there is no kubeconfig`);
  const found = inCluster() ?? (elsewhere ? merge([]) : undefined);
  if (!found) throw new KubeconfigError('no kubeconfig: set KUBECONFIG or give --kubeconfig');
  return found;
}

/** The namespace that a context names, where there is one and it does. */
export function contextNamespace(options: Pick<KubeconfigSource, 'path' | 'context'>): string | undefined {
  const files = kubeconfigFiles(options.path);
  const config = merge(files);
  const context = config.contexts.get(options.context ?? config.currentContext ?? '');
  return context && text(context.entry, 'namespace');
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

export function text(entry: JsonObject, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A PEM given inline as base64 (`x-data`) or as a file (`x`). */
export function fileOrData(named: Named, field: string): string | undefined {
  const data = text(named.entry, `${field}-data`);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const file = text(named.entry, field);
  if (!file) return undefined;
  const path = resolve(named.folder, file);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KubeconfigError(`${field} ${path} cannot be read`, { cause });
  }
  // Nothing in it would mean the system's authorities, or nobody's certificate.
  if (content.trim() === '') throw new KubeconfigError(`${field} ${path} is empty`);
  return content;
}

/** Where Kubernetes mounts a Pod's own identity. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What stands in a Pod, as a kubeconfig would say it; undefined elsewhere. */
function inCluster(): Kubeconfig | undefined {
  const host = process.env.KUBERNETES_SERVICE_HOST;
  if (!host || !existsSync(`${serviceAccount}/token`)) return undefined;
  const port = process.env.KUBERNETES_SERVICE_PORT ?? '443';
  const name = 'in-cluster';
  const only = (entry: JsonObject) => new Map([[name, { entry, folder: serviceAccount }]]);
  return {
    currentContext: name,
    clusters: only({
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      'certificate-authority': 'ca.crt',
    }),
    users: only({ tokenFile: 'token' }),
    contexts: only({
      cluster: name,
      user: name,
      namespace: readFileSync(`${serviceAccount}/namespace`, 'utf8').trim(),
    }),
  };
}
