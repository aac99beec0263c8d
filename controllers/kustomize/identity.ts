import type { Kustomization } from '@millrace/api';
import { Stalled } from '@millrace/controller';
import { type Identity, InvalidIdentity, isNotFound, type KubeClient, serviceAccount } from '@millrace/kube';

/** Where the spec names nobody, the service account of --default-service-account; without that, the controller. */
export interface Accounts {
  defaultServiceAccount?: string | undefined;
}

/**
 * In whose name the objects of a Kustomization are read, applied and deleted. An absent name and an empty one are the
 * same to Kubernetes; any other is used or refused. Throws Stalled for a name that no service account can have.
 */
export function identityOf(ks: Kustomization, { defaultServiceAccount }: Accounts): Identity {
  const { serviceAccountName } = ks.spec;
  const name = serviceAccountName || defaultServiceAccount;
  if (!name) return 'own';
  try {
    return serviceAccount(ks.metadata.namespace ?? '', name);
  } catch (error) {
    if (!(error instanceof InvalidIdentity)) throw error;
    const source = serviceAccountName ? 'spec.serviceAccountName' : '--default-service-account';
    throw new Stalled('InvalidSpec', `${source}: ${error.message}`, { cause: error });
  }
}

/** Whether there is somebody in whose name objects can be deleted: a service account may have gone before. */
export async function canActAs(ks: Kustomization, client: KubeClient, accounts: Accounts): Promise<boolean> {
  const name = ks.spec.serviceAccountName || accounts.defaultServiceAccount;
  if (!name) return true;
  const { namespace = '' } = ks.metadata;
  try {
    serviceAccount(namespace, name);
    await client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, { as: 'own' });
    return true;
  } catch (error) {
    if (error instanceof InvalidIdentity || isNotFound(error)) return false;
    throw error;
  }
}
