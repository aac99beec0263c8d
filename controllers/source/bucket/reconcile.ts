import { type Bucket, names } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import type { Operation, Outcome, Visit } from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { afterCheck } from '../integrity.ts';
import { noteUpToDate } from '../up-to-date.ts';
import { type Access, accessOf } from './access.ts';
import type { Deps, Found } from './deps.ts';
import { unreached } from './failure.ts';
import { find, patienceOf } from './find.ts';
import { observed, success } from './outcome.ts';

/**
 * Offer what the bucket holds as an artifact. Nothing is fetched while no etag is another; whatever asks the store is an
 * operation away from the visit.
 */
export async function reconcile(bucket: Bucket, visit: Visit, on: Deps): Promise<Outcome> {
  const key = keyOf(bucket.metadata);
  const access = await accessOf(bucket, on.references, on).catch(error => {
    throw unreached(error, bucket);
  });
  const request = bucket.metadata.annotations?.[names.requestedAt] ?? '';
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([bucket.metadata.uid, bucket.spec, access]))),
    request,
    host: bucket.spec.endpoint,
    // Each of two steps has its own, and in the end the archive is written.
    timeout: 3 * patienceOf(bucket),
    work: afterCheck(bucket, on.storage, visit, (signal, say) => find(bucket, access, on, signal, say)),
  };
  const { request: answered, result } = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in result) throw result.error;
  if (answered === request)
    return noteUpToDate(success(bucket, result.value), result.value.artifact.revision, visit);
  return askAgain(key, operation, bucket, result.value, access, visit, on);
}

/** Somebody has asked again meanwhile: what was found is offered, and what they ask for is looked for. */
function askAgain(
  key: string,
  operation: Operation<Found>,
  bucket: Bucket,
  found: Found,
  access: Access,
  visit: Visit,
  on: Deps,
): Outcome {
  const { artifact } = found;
  visit.progress(
    `building artifact: asked again after revision '${artifact.revision}'`,
    observed(bucket, artifact),
  );
  const next: Bucket = { ...bucket, status: { ...bucket.status, artifact } };
  const work: Operation<Found>['work'] = async (signal, say) => {
    const again = await find(next, access, on, signal, say);
    return { ...again, isNew: again.isNew || found.isNew };
  };
  on.operations.outcome(key, { ...operation, work }, () => {});
  throw new TypeError('an operation that was only started cannot have ended');
}
