import { Stalled } from '@millrace/controller';
import {
  type Identity,
  InvalidIdentity,
  isNotFound,
  type KubeClient,
  type ObjectMeta,
  serviceAccount,
} from '@millrace/kube';

/** Where the spec names nobody, the service account of --default-service-account; without that, the controller. */
export interface Accounts {
  defaultServiceAccount?: string | undefined;
}

/** An object that says in whose name it is acted. */
export interface Acting {
  metadata: ObjectMeta;
  spec: { serviceAccountName?: string | undefined };
}

/**
 * In whose name the objects of an owner are read, applied and deleted. An absent name and an empty one are the
 * same to Kubernetes; any other is used or refused. Throws Stalled for a name that no service account can have.
 */
export function identityOf({ metadata, spec }: Acting, { defaultServiceAccount }: Accounts): Identity {
  const { serviceAccountName } = spec;
  const name = serviceAccountName || defaultServiceAccount;
  if (!name) return 'own';
  try {
    return serviceAccount(metadata.namespace ?? '', name);
  } catch (error) {
    if (!(error instanceof InvalidIdentity)) throw error;
    const source = serviceAccountName ? 'spec.serviceAccountName' : '--default-service-account';
    throw new Stalled('InvalidSpec', `${source}: ${error.message}`, { cause: error });
  }
}

/** Whether there is somebody in whose name objects can be deleted: a service account may have gone before. */
export async function canActAs(
  { metadata, spec }: Acting,
  client: KubeClient,
  accounts: Accounts,
): Promise<boolean> {
  const name = spec.serviceAccountName || accounts.defaultServiceAccount;
  if (!name) return true;
  const { namespace = '' } = metadata;
  try {
    serviceAccount(namespace, name);
    await client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, { as: 'own' });
    return true;
  } catch (error) {
    if (error instanceof InvalidIdentity || isNotFound(error)) return false;
    throw error;
  }
}
