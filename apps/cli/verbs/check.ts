import { ApiError, healthOf, type KubeObject, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { awaitObject } from './await-object.ts';
import { controllerDeployments, partOfFlux } from './controller-pods.ts';
import { installationOf } from './installation.ts';
import { isAtLeast, oldestKubernetes } from './kubernetes-version.ts';
import { findLocalRun } from './local-run.ts';
import { type Session, withCluster } from './session.ts';

/** `check`: can this cluster run the controllers, and do they run. Throws CliError when one of the checks fails. */
export async function check(options: { pre?: boolean }, globals: Globals): Promise<void> {
  tell.action('checking prerequisites');
  await withCluster(globals, async session => {
    const kubernetes = await checkKubernetes(session);
    if (options.pre) {
      if (!kubernetes) throw new CliError('prerequisites checks failed');
      tell.success('prerequisites checks passed');
      return;
    }
    tell.action('checking version in cluster');
    const installation = await checkInstallation(session);
    tell.action('checking controllers');
    const controllers = await checkControllers(session);
    tell.action('checking crds');
    const definitions = await checkDefinitions(session);
    if (!kubernetes || !installation || !controllers || !definitions) throw new CliError('check failed');
    tell.success('all checks passed');
  });
}

async function checkKubernetes({ client, signal }: Session): Promise<boolean> {
  const answer = await client.transport.send({ method: 'GET', path: '/version', signal });
  const { gitVersion = '' } = JSON.parse(answer.text) as { gitVersion?: string };
  const version = gitVersion.replace(/^v/, '');
  const fits = isAtLeast(version, oldestKubernetes);
  const wanted = `>=${oldestKubernetes}-0`;
  if (fits === undefined) tell.failure("Kubernetes version can't be determined");
  else if (fits) tell.success(`Kubernetes ${version} ${wanted}`);
  else tell.failure(`Kubernetes version v${version} does not match ${wanted}`);
  return fits === true;
}

async function checkInstallation(session: Session): Promise<boolean> {
  try {
    const { distribution, bootstrapped } = await installationOf(session);
    if (distribution !== '') tell.success(`distribution: ${distribution}`);
    tell.success(`bootstrapped: ${bootstrapped}`);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell.failure(`checking failed: ${error.message}`);
    return false;
  }
}

async function checkControllers(session: Session): Promise<boolean> {
  const { namespace } = session.globals;
  const deployments = await controllerDeployments(session, namespace);
  const run = findLocalRun(session.globals, { server: session.client.connection.server });
  if (run?.process !== undefined)
    tell.success(`controllers: run by "millrace up", process ${run.process}, in ${run.folder}`);
  else if (run) tell.failure(`controllers: the "millrace up" of ${run.folder} does not run`);
  else if (deployments.length === 0) {
    tell.failure(
      `no controllers found in the '${namespace}' namespace with the label selector '${partOfFlux}'`,
    );
  }
  let healthy = run ? run.process !== undefined : deployments.length > 0;
  for (const deployment of deployments) {
    const ready = await becomesHealthy(session, deployment);
    if (ready) tell.success(`${deployment.metadata.name}: deployment ready`);
    else tell.failure(`${deployment.metadata.name}: deployment not ready`);
    session.signal.throwIfAborted();
    for (const { image = '' } of deployment.spec.template.spec?.containers ?? []) tell.action(image);
    healthy &&= ready;
  }
  return healthy;
}

/** False when it has failed, is gone, or the time is up. */
async function becomesHealthy(session: Session, deployment: KubeObject): Promise<boolean> {
  try {
    const decided = (now: KubeObject | undefined) => healthOf(now).status !== 'InProgress';
    return healthOf(await awaitObject(session, refOf(deployment), decided)).status === 'Current';
  } catch (error) {
    if (session.signal.aborted) return false;
    throw error;
  }
}

interface Definition extends KubeObject {
  status?: { storedVersions?: string[] };
}

async function checkDefinitions({ client, signal }: Session): Promise<boolean> {
  const { items } = await client.listAll<Definition>('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    labelSelector: partOfFlux,
    signal,
    as: 'own',
  });
  if (items.length === 0) tell.failure(`no crds found with the label selector '${partOfFlux}'`);
  let complete = items.length > 0;
  for (const definition of items) {
    const { name } = definition.metadata;
    const stored = definition.status?.storedVersions?.at(-1);
    const health = healthOf(definition);
    if (stored !== undefined && health.status === 'Current') tell.success(`${name}/${stored}`);
    else tell.failure(stored === undefined ? `no stored versions for ${name}` : `${name}: ${health.message}`);
    complete &&= stored !== undefined && health.status === 'Current';
  }
  return complete;
}
