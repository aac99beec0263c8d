import type { InstallOptions } from '@millrace/installation';
import { tell } from '../output/print.ts';
import { controllerDeployments } from '../verbs/controller-pods.ts';
import type { Session } from '../verbs/session.ts';

/**
 * What is no part of an installation any more stays, as in Flux: a change from many Deployments to one, or back, leaves
 * the others, whose controllers hold the leases that the new ones wait for.
 */
export async function warnOfOthers(
  session: Session,
  { namespace, components, single }: InstallOptions,
): Promise<void> {
  const installed = await controllerDeployments(session, namespace);
  const names = installed.map(({ metadata }) => metadata.name);
  const others = single
    ? names.filter(name => components.some(component => component === name))
    : names.filter(name => name === 'millrace');
  if (others.length === 0) return;
  tell.warning(
    `${others.join(', ')} do the same work and stay: kubectl -n ${namespace} delete deployment ${others.join(' ')}`,
  );
}
