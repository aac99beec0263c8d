import { names, type OCIRepository, parseDuration } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import { principalOf } from '@millrace/cloud';
import { type Operation, type Outcome, Stalled, type Visit } from '@millrace/controller';
import { mappedUrl } from '@millrace/git-access';
import type { JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { InvalidRepository, parseRepository, type RepositoryName } from '@millrace/oci';
import { withoutCredentials } from '@millrace/plain-text';
import { accessOf } from '@millrace/registry-access';
import { afterCheck } from '../integrity.ts';
import { verificationSecrets } from '../signatures/trust.ts';
import { noteUpToDate } from '../up-to-date.ts';
import type { Deps, Found, Way } from './deps.ts';
import { unreached } from './failure.ts';
import { find } from './find.ts';
import { observed, success } from './outcome.ts';

/**
 * Offer what the registry holds as an artifact. Nothing is downloaded while the digest is the same; whatever asks the
 * registry is an operation away from the visit.
 */
export async function reconcile(repo: OCIRepository, visit: Visit, on: Deps): Promise<Outcome> {
  const key = keyOf(repo.metadata);
  const name = repositoryOf(repo);
  const way = await wayTo(repo, name, on).catch(error => {
    throw unreached(error, repo);
  });
  const request = repo.metadata.annotations?.[names.requestedAt] ?? '';
  const { uid } = repo.metadata;
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([uid, repo.spec, way]))),
    request,
    host: way.place.host,
    timeout: parseDuration(repo.spec.timeout ?? '60s'),
    work: afterCheck(repo, on.storage, visit, (signal, say) => find(repo, way, on, signal, say)),
  };
  const { request: answered, result } = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in result) throw result.error;
  if (answered === request)
    return noteUpToDate(success(repo, result.value), result.value.artifact.revision, visit);
  return askAgain(key, operation, repo, result.value, way, visit, on);
}

/** Somebody has asked again meanwhile: what was found is offered, and what they ask for is looked for. */
function askAgain(
  key: string,
  operation: Operation<Found>,
  repo: OCIRepository,
  found: Found,
  way: Way,
  visit: Visit,
  on: Deps,
): Outcome {
  const { artifact, verified } = found;
  const status = { ...repo.status, ...observed(repo, artifact) } as OCIRepository['status'];
  visit.progress(`building artifact: asked again after revision '${artifact.revision}'`, {
    ...observed(repo, artifact),
  } as JsonObject);
  const next = { ...repo, ...(status ? { status } : {}) };
  const work: Operation<Found>['work'] = async (signal, say) => {
    const again = await find(next, way, on, signal, say);
    return { ...again, isNew: again.isNew || found.isNew, verified: again.verified ?? verified };
  };
  on.operations.outcome(key, { ...operation, work }, () => {});
  throw new TypeError('an operation that was only started cannot have ended');
}

/** By what the registry is reached, all of it from the object and those that it names. */
async function wayTo(repo: OCIRepository, name: RepositoryName, on: Deps): Promise<Way> {
  const verification = await verificationSecrets(repo, repo.spec.verify ?? {}, on.references);
  const mapped = mappedUrl(repo.spec.url, on.urls);
  // Credentials are for the place that the spec names.
  if (mapped !== undefined)
    return { name, place: repositoryOf(repo, mapped), access: { hasLogins: false }, verification };
  const access = await accessOf(repo, name, repo.spec.url, on.references);
  const { provider = 'generic', serviceAccountName } = repo.spec;
  const way = { name, place: name, access, verification };
  if (provider === 'generic' || access.hasLogins) return way;
  if (serviceAccountName && !on.objectLevelIdentity)
    throw new Stalled(
      'FeatureGateDisabled',
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    );
  const { namespace = '' } = repo.metadata;
  const who = principalOf(namespace, serviceAccountName, on);
  return { ...way, identity: { provider, who } };
}

function repositoryOf({ spec }: OCIRepository, url = spec.url): RepositoryName {
  try {
    // A slash at the end says nothing, as in Flux.
    return parseRepository(url.replace(/^oci:\/\//, '').replace(/\/$/, ''));
  } catch (error) {
    if (!(error instanceof InvalidRepository)) throw error;
    const reason = 'URLInvalid';
    const message = `URL validation failed for '${withoutCredentials(url)}': ${error.message}`;
    throw new Stalled(reason, message, { conditions: { FetchFailed: { status: 'True', reason, message } } });
  }
}
