import type { JsonObject } from '@millrace/json';
import { dnsLabelProblem } from '../../api/names.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { claimWarnings } from './claims.ts';
import { podWarnings } from './pods.ts';

/** Of a workload whose Pods are made from the template at `path`. */
export function templateWarnings(object: JsonObject, path = 'spec.template'): string[] {
  return podWarnings(objectAt(object, ...path.split('.')), path);
}

/** Of a name that host names are made of: it is looked at once, when it is given. */
export function hostNameWarnings(object: JsonObject, usedIn = 'Pod names and hostnames'): string[] {
  const name = textAt(object, 'metadata', 'name');
  const why = dnsLabelProblem(name);
  if (why === undefined) return [];
  const surprise = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${usedIn}, ${surprise}: [${why}]`];
}

/** Of what a StatefulSet says beside its template. */
export function statefulSetWarnings(set: JsonObject, old: JsonObject | undefined): string[] {
  const warnings = objectsAt(set, 'spec', 'volumeClaimTemplates').flatMap((claim, i) =>
    // Upstream writes the path in another way at a change.
    claimWarnings(objectAt(claim, 'spec'), `spec.volumeClaimTemplates[${i}]${old ? '.Spec' : ''}`),
  );
  if ((numberAt(set, 'spec', 'revisionHistoryLimit') ?? 0) < 0)
    warnings.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  return warnings;
}

/** Of a Job, or of the Jobs of a CronJob, whose spec stands at `path`. */
export function jobWarnings(object: JsonObject, path: string): string[] {
  const spec = objectAt(object, ...path.split('.'));
  const isHuge =
    (numberAt(spec, 'completions') ?? 0) > 100_000 && (numberAt(spec, 'parallelism') ?? 0) > 10_000;
  const warnings =
    spec.completionMode === 'Indexed' && isHuge
      ? [
          `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
        ]
      : [];
  return [...warnings, ...templateWarnings(object, `${path}.template`)];
}
