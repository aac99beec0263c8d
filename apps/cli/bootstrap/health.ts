import { asJson, conditionOf, type KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { awaitDeployments } from '../install/await-deployments.ts';
import { tell } from '../output/print.ts';
import { numberAt, textAt } from '../resources/resource.ts';
import { interruption } from '../up/interrupt.ts';
import { awaitObject } from '../verbs/await-object.ts';
import type { Session } from '../verbs/session.ts';
import type { Plan } from './plan.ts';

/** Wait until the cluster has fetched and applied the commit, and its controllers run. Throws CliError. */
export async function reportHealth(
  { install, flags }: Plan,
  commit: string,
  session: Session,
): Promise<void> {
  const { namespace } = install;
  const revision = `${flags.branch}@sha${commit.length === 40 ? 1 : 256}:${commit}`;
  const followers = [
    { ...source, at: ['status', 'artifact', 'revision'] },
    { ...follower, at: ['status', 'lastAttemptedRevision'] },
  ];
  const problems: string[] = [];
  for (const one of followers) {
    tell.waiting(`waiting for ${one.kind} "${namespace}/${namespace}" to be reconciled`);
    const problem = await reconciled({ ...one, name: namespace, namespace, revision }, session);
    if (problem === undefined) {
      tell.success(`${one.kind} reconciled successfully`);
      continue;
    }
    tell.failure(problem);
    problems.push(`error while waiting for ${one.kind} to be ready: '${problem}'`);
  }
  tell.action('confirming components are healthy');
  const names = install.single ? ['millrace'] : install.components;
  const deployments = names.map(name => ({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace }));
  // Whether they run is worth knowing all the more when the time was over before the cluster had followed.
  const time = AbortSignal.timeout(session.globals.timeout);
  const patient = { ...session, signal: AbortSignal.any([interruption(), time]) };
  const areHealthy = await awaitDeployments(patient, deployments);
  if (areHealthy) tell.success('all components are healthy');
  else problems.push('timed out waiting for all resources to be ready');
  if (problems.length === 0) return;
  const list = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  throw new CliError(`bootstrap failed with ${problems.length} health check failure(s): ${list}`);
}

const source = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' };
const follower = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };

interface Awaited {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
  revision: string;
  /** Where its status tells the revision. */
  at: string[];
}

/** Wait for an object to be ready at the revision. Returns why it is not; undefined where it is. */
async function reconciled({ at, revision, ...ref }: Awaited, session: Session): Promise<string | undefined> {
  const key = `${ref.namespace}/${ref.name}`;
  let last: KubeObject | undefined;
  const reached = (object: KubeObject | undefined) => {
    last = object;
    if (!object) return false;
    if (suspended(object)) throw new CliError(`${ref.kind} '${key}' is suspended`);
    if (numberAt(object, 'status', 'observedGeneration') !== object.metadata.generation) return false;
    const ready = conditionOf(asJson(object), 'Ready');
    const isAtRevision = textAt(object, ...at) === revision;
    // What failed before the commit was there, or for want of the source, is no answer yet.
    if (ready?.status === 'False' && (isAtRevision || isSource(ref))) throw new CliError(ready.message ?? '');
    return ready?.status === 'True' && isAtRevision;
  };
  try {
    await awaitObject(session, ref, reached);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    if (!session.signal.aborted) throw error;
  }
  const ready = last && conditionOf(asJson(last), 'Ready');
  if (ready && ready.status !== 'True')
    return `${ref.kind.toLowerCase()} '${key}' not ready: '${ready.message}'`;
  if (!ready) return `nobody has looked at ${ref.kind} '${key}' in time: do the controllers run?`;
  return `${ref.kind} '${key}' is not at ${revision} in time: --timeout sets another limit`;
}

const isSource = ({ kind }: { kind: string }) => kind === source.kind;

function suspended({ spec }: KubeObject & { spec?: unknown }): boolean {
  return typeof spec === 'object' && spec !== null && 'suspend' in spec && spec.suspend === true;
}
