import {
  type Cloud,
  CloudError,
  type ClusterParameters,
  type Principal,
  parseClusterParameters,
} from '@millrace/cloud';
import { Failed, type References, type Visit } from '@millrace/controller';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import {
  type Connection,
  KubeconfigError,
  type KubeObject,
  keyOf,
  loadConnection,
  type ObjectMeta,
} from '@millrace/kube';
import type { Remote } from './clusters.ts';
import { secretTexts } from './secret-texts.ts';

/** An object that may name another cluster. */
export interface Remoting {
  metadata: ObjectMeta;
  spec: {
    kubeConfig?:
      | {
          secretRef?: { name: string; key?: string | undefined } | undefined;
          configMapRef?: { name: string } | undefined;
        }
      | undefined;
  };
}

/** What decides how objects come to other clusters, beside themselves. */
export interface RemoteRules {
  /** --insecure-kubeconfig-exec. */
  mayRunPrograms: boolean;
  /** --insecure-kubeconfig-tls. */
  maySkipVerification: boolean;
  /** --default-kubeconfig-service-account. */
  defaultServiceAccount?: string | undefined;
  /** By which a cluster of a provider is entered. */
  cloud: Cloud;
}

/** The keys under which a kubeconfig is looked for where the spec names none. */
const defaultKeys = ['value', 'value.yaml'];

/**
 * The cluster that spec.kubeConfig names; undefined for the controller's own. The Secret or ConfigMap is followed: what
 * is written there wakes the object. Throws Failed where it says nothing that can be used.
 */
export async function remoteOf(
  { metadata, spec }: Remoting,
  visit: Visit,
  on: { home: References; remote: RemoteRules },
): Promise<Remote | undefined> {
  const { namespace = '' } = metadata;
  const { secretRef, configMapRef } = spec.kubeConfig ?? {};
  const named = secretRef ?? configMapRef;
  const kind = secretRef ? 'Secret' : 'ConfigMap';
  const refs = named ? [{ apiVersion: 'v1', kind, namespace, name: named.name }] : [];
  const [found] = await on.home.read(keyOf(metadata), 'kubeConfig', refs);
  if (!named) return undefined;
  const name = `${namespace}/${named.name}`;
  if (!found) {
    const what = secretRef
      ? `unable to read KubeConfig secret '${name}' error`
      : `failed to get configmap ${name}`;
    throw failed(`${what}: ${kind.toLowerCase()}s "${named.name}" not found`);
  }
  if (!secretRef) return byProvider(found, namespace, name, on.remote);
  visit.discretion.keep(() => secretTexts([found]));
  return byKubeconfig(found, secretRef.key, name, on.remote);
}

function byKubeconfig(
  secret: KubeObject,
  wanted: string | undefined,
  name: string,
  rules: RemoteRules,
): Remote {
  const { key, text } = kubeconfigIn(secret, wanted, name);
  try {
    const connection = loadConnection({ text, stranger: rules });
    const version = secret.metadata.resourceVersion ?? '';
    return { origin: `Secret ${name} (${key})`, version, connect: async () => connection };
  } catch (error) {
    // What a parser says of the text may quote it.
    const problem = error instanceof KubeconfigError ? error.message : 'it is not a kubeconfig';
    throw failed(`KubeConfig secret '${name}', key '${key}': ${problem}`, error);
  }
}

function kubeconfigIn(
  secret: KubeObject,
  key: string | undefined,
  name: string,
): { key: string; text: string } {
  const data = dataOf(secret);
  const found = (key ? [key] : defaultKeys).find(one => Object.hasOwn(data, one));
  if (found === undefined)
    throw failed(`KubeConfig secret '${name}' does not contain a '${key ?? 'value'}' key with a kubeconfig`);
  return { key: found, text: Buffer.from(String(data[found]), 'base64').toString('utf8') };
}

/** A cluster of a provider, entered by an identity that needs no secret. Tokens are asked for when they are needed. */
function byProvider(configMap: KubeObject, namespace: string, name: string, rules: RemoteRules): Remote {
  const parameters = parametersIn(configMap, name);
  const account = parameters.serviceAccountName ?? rules.defaultServiceAccount;
  const who: Principal = account ? { namespace, name: account } : 'controller';
  const access = (signal?: AbortSignal) =>
    rules.cloud.clusterAccess(parameters, who, signal).catch(cause => {
      if (!(cause instanceof CloudError)) throw cause;
      throw new CloudError(`failed to get access token for cluster: ${cause.message}`, { cause });
    });
  return {
    origin: `ConfigMap ${name}`,
    version: configMap.metadata.resourceVersion ?? '',
    async connect(signal): Promise<Connection> {
      const { address, ca } = await access(signal);
      return {
        server: address,
        ...(ca ? { ca } : {}),
        insecureSkipVerify: false,
        namespace: 'default',
        contextName: name,
        credentials: { headers: async () => ({ authorization: `Bearer ${(await access()).token}` }) },
      };
    },
  };
}

function parametersIn(configMap: KubeObject, name: string): ClusterParameters {
  const data = Object.entries(dataOf(configMap)).map(([key, value]) => [key, String(value)]);
  try {
    return parseClusterParameters(Object.fromEntries(data));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw failed(`${error.message} (ConfigMap '${name}')`, error);
  }
}

function dataOf(object: KubeObject): JsonObject {
  const { data } = object as { data?: Json };
  return isObject(data) ? data : {};
}

function failed(problem: string, cause?: unknown): Failed {
  const note = `failed to build kube client: ${problem}`;
  return new Failed('ReconciliationFailed', problem, { cause, note });
}
