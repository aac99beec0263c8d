import { allComponents, pageName } from '@millrace/installation';
import { tell } from '../output/print.ts';
import { controllerDeployments } from '../verbs/controller-pods.ts';
import type { Session } from '../verbs/session.ts';

/**
 * What is no part of an installation any more stays, as in Flux: a change from many Deployments to one, or back, leaves
 * the others, whose controllers hold the leases that the new ones wait for.
 *
 * @param installed the names of the Deployments that have been applied
 */
export async function warnOfOthers(
  session: Session,
  namespace: string,
  installed: readonly string[],
): Promise<void> {
  const forms = [['millrace'], [...allComponents, pageName]];
  const others = forms.find(form => !form.some(name => installed.includes(name))) ?? [];
  const there = (await controllerDeployments(session, namespace)).map(({ metadata }) => metadata.name);
  const left = there.filter(name => others.includes(name));
  if (left.length === 0) return;
  const command = `kubectl -n ${namespace} delete deployment ${left.join(' ')}`;
  tell.warning(`Deployments of the former installation stay, and do the same work: ${command}`);
}
