import { isNotFound, NoMatchError } from '@millrace/kube';
import { registrySecret, upsertSecret } from '../create/secret-objects.ts';
import { applyManifests } from '../install/apply-manifests.ts';
import { manifestsOf } from '../install/manifests.ts';
import { tell } from '../output/print.ts';
import { textAt } from '../resources/resource.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import type { Session } from '../verbs/session.ts';
import { fluxVersion } from '../version.ts';
import { commitFiles, failed } from './commit.ts';
import { manifestsAt, objectsOf } from './manifests.ts';
import type { Plan } from './plan.ts';
import type { WorkCopy } from './work-copy.ts';

/** Commit what an installation consists of, and apply it to a cluster that does not follow the repository yet. */
export async function ensureComponents(plan: Plan, copy: WorkCopy, session: Session): Promise<void> {
  const { install, flags } = plan;
  tell.action('generating component manifests');
  const { text } = await manifestsOf(install, flags.manifests);
  tell.success('generated component manifests');
  const { components } = manifestsAt(plan);
  const message = `Add Flux ${fluxVersion} component manifests`;
  if (await commitFiles(copy, plan, { [components]: text }, message, 'component manifests'))
    await copy.push().catch(error => {
      throw failed('failed to push manifests', error);
    });
  if (!(await followsGit(session, install.namespace))) {
    tell.action(`installing components in "${install.namespace}" namespace`);
    await applyManifests(session, await objectsOf(copy, components));
    tell.success('installed components');
  }
  await ensurePullSecret(plan, session);
  tell.success('reconciled components');
}

/** Whether the cluster has once applied the repository: then it applies what was committed. */
async function followsGit({ client, signal }: Session, namespace: string): Promise<boolean> {
  const ref = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    name: namespace,
    namespace,
  };
  const there = await client.get(ref, { as: 'own', signal }).catch(error => {
    if (isNotFound(error) || error instanceof NoMatchError) return undefined;
    throw error;
  });
  return there !== undefined && textAt(there, 'status', 'lastAppliedRevision') !== '';
}

async function ensurePullSecret({ install, flags }: Plan, session: Session): Promise<void> {
  const { imagePullSecret, namespace, registry } = install;
  if (!imagePullSecret || !flags.registryCreds) return;
  const [username = '', password = ''] = flags.registryCreds.split(':');
  const secret = registrySecret({ name: imagePullSecret, namespace, registry, username, password });
  await upsertSecret(session, secret, fieldManager);
  tell.success(`reconciled image pull secret ${imagePullSecret}`);
}
