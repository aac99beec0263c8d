import type { Kustomization } from '@millrace/api';
import { type Remote, secretTexts } from '@millrace/applier';
import { Failed, type References, type Visit } from '@millrace/controller';
import { isObject, type Json } from '@millrace/json';
import { KubeconfigError, type KubeObject, keyOf, loadConnection } from '@millrace/kube';

/** What --insecure-kubeconfig-exec and --insecure-kubeconfig-tls allow to kubeconfigs of remote clusters. */
export interface KubeConfigRules {
  mayRunPrograms: boolean;
  maySkipVerification: boolean;
}

/** The keys under which a kubeconfig is looked for where the spec names none. */
const defaultKeys = ['value', 'value.yaml'];

/**
 * The cluster that spec.kubeConfig names; undefined for the controller's own. Its Secret is followed: what is
 * written there wakes the Kustomization. Throws Failed where there is no kubeconfig that can be used.
 */
export async function remoteOf(
  ks: Kustomization,
  visit: Visit,
  on: { home: References; kubeConfigRules: KubeConfigRules },
): Promise<Remote | undefined> {
  const { namespace = '' } = ks.metadata;
  const { secretRef } = ks.spec.kubeConfig ?? {};
  const refs = secretRef ? [{ apiVersion: 'v1', kind: 'Secret', namespace, name: secretRef.name }] : [];
  const [secret] = await on.home.read(keyOf(ks.metadata), 'kubeConfig', refs);
  if (!ks.spec.kubeConfig) return undefined;
  const name = `${namespace}/${secretRef?.name}`;
  if (!secret)
    throw failed(`unable to read KubeConfig secret '${name}' error: secrets "${secretRef?.name}" not found`);
  visit.discretion.keep(() => secretTexts([secret]));
  const { key, text } = kubeconfigIn(secret, secretRef?.key, name);
  try {
    return {
      origin: `Secret ${name} (${key})`,
      version: secret.metadata.resourceVersion ?? '',
      connection: loadConnection({ text, stranger: on.kubeConfigRules }),
    };
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
  const content = (secret as { data?: Json }).data;
  const data = isObject(content) ? content : {};
  const found = (key ? [key] : defaultKeys).find(one => Object.hasOwn(data, one));
  if (found === undefined)
    throw failed(`KubeConfig secret '${name}' does not contain a '${key ?? 'value'}' key with a kubeconfig`);
  return { key: found, text: Buffer.from(String(data[found]), 'base64').toString('utf8') };
}

function failed(problem: string, cause?: unknown): Failed {
  return new Failed('ReconciliationFailed', problem, {
    cause,
    note: `failed to build kube client: ${problem}`,
  });
}
