import { decodeRelease, type ReleaseRecord, releaseDigest } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { listOf, normalisedConditions, short } from '../beside/normalise.ts';
import type { StoredRelease } from './records.ts';

/** The status, where digests of releases say whether they are those of what is stored. */
export function normalisedRelease(
  object: KubeObject,
  records: StoredRelease[],
  endless: boolean,
): JsonObject {
  const status = structuredClone(object.status ?? {}) as JsonObject;
  status.conditions = normalisedConditions(status);
  if (status.history !== undefined)
    status.history = listOf(status.history).map(snapshot => normalisedSnapshot(snapshot, records));
  const { lastAttemptedReleaseActionDuration: duration } = status;
  if (typeof duration === 'string') status.lastAttemptedReleaseActionDuration = '<duration>';
  if (endless)
    for (const counter of ['failures', 'installFailures', 'upgradeFailures'])
      if (typeof status[counter] === 'number') status[counter] = '<some>';
  return { finalizers: object.metadata.finalizers ?? [], status };
}

function normalisedSnapshot(snapshot: JsonObject, records: StoredRelease[]): JsonObject {
  const { testHooks } = snapshot;
  return {
    ...snapshot,
    digest: digestWords(snapshot, records),
    ...timesAway(snapshot, ['firstDeployed', 'lastDeployed', 'deleted']),
    ...(isObject(testHooks)
      ? {
          testHooks: Object.fromEntries(
            Object.entries(testHooks).map(([name, hook]) => [
              name,
              isObject(hook) ? { ...hook, ...timesAway(hook, ['lastStarted', 'lastCompleted']) } : null,
            ]),
          ),
        }
      : {}),
  };
}

function digestWords({ name, version, digest, ociDigest }: JsonObject, records: StoredRelease[]): string {
  const found = records.find(({ release }) => release.name === name && release.version === version);
  if (!found) return 'of what is not stored';
  const release = decodeRelease(found.secret as ReleaseRecord & KubeObject);
  const oci = typeof ociDigest === 'string' ? ociDigest : undefined;
  return releaseDigest(release, oci) === digest ? 'of what is stored' : 'of something else';
}

function timesAway(object: JsonObject, fields: string[]): JsonObject {
  return Object.fromEntries(
    fields.filter(field => field in object).map(field => [field, timeWords(object[field] as Json)]),
  );
}

/** No time is written as the year 1. */
function timeWords(time: Json): string {
  return String(time).startsWith('0001-') ? String(time) : '<time>';
}

/** What is stored of a release. Of the chart its head is enough: its files are the scenario's own. */
export function normalisedRecord({ secret, release }: StoredRelease): JsonObject {
  const { name, namespace, labels } = secret.metadata;
  const info = isObject(release.info) ? release.info : {};
  const chart = isObject(release.chart) ? release.chart : {};
  return {
    secret: { name, namespace: namespace ?? '', type: (secret as KubeObject & { type: string }).type },
    labels: Object.fromEntries(
      Object.entries(labels ?? {})
        .filter(([key]) => key !== 'modifiedAt' && key !== 'createdAt')
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    stamps: Object.keys(labels ?? {})
      .filter(key => key === 'modifiedAt' || key === 'createdAt')
      .sort(),
    release: shortened({
      ...release,
      info: { ...info, ...timesAway(info, ['first_deployed', 'last_deployed', 'deleted']) },
      chart: { metadata: chart.metadata ?? null, fields: Object.keys(chart).sort() },
      hooks: listOf(release.hooks).map(hook => ({
        ...hook,
        ...(isObject(hook.last_run)
          ? { last_run: { ...hook.last_run, ...timesAway(hook.last_run, ['started_at', 'completed_at']) } }
          : {}),
      })),
    }),
  };
}

function shortened(object: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(object), (_, value) =>
    typeof value === 'string' ? short(value) : value,
  ) as JsonObject;
}
