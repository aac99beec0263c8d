import { join } from 'node:path';
import { type HelmChart, names, parseDuration } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import { findCondition, type Operation, type Outcome, Stalled, type Visit } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import { afterCheck } from '../../integrity.ts';
import { notReached } from '../../retrying.ts';
import { verificationSecrets } from '../../signatures/trust.ts';
import { noteUpToDate } from '../../up-to-date.ts';
import { outcomeFor } from '../asked.ts';
import { build, timeoutOf } from './build.ts';
import type { Built, Wanting } from './built.ts';
import type { Deps } from './deps.ts';
import { type Reach, reachOf } from './downloader.ts';
import { failure, revisionOf, success } from './outcome.ts';
import type { Source } from './sources.ts';

/**
 * Offer the chart that the spec asks for as an artifact. While its source has not moved, nothing is read, fetched or
 * packed; a registry is asked which versions there are.
 */
export async function reconcile(chart: HelmChart, visit: Visit, on: Deps): Promise<Outcome> {
  const source = await on.sources.of(chart);
  const revision = chart.status?.artifact?.revision ?? '';
  if (await isCurrent(chart, source, on))
    return noteUpToDate(
      { kind: 'unchanged', requeueAfter: parseDuration(chart.spec.interval) },
      revision,
      visit,
    );
  const key = keyOf(chart.metadata);
  const reaches = await reachesOf(chart, source, on).catch(error => {
    throw notReached(error, chart);
  });
  const secrets = await verificationSecrets(chart, chart.spec.verify ?? {}, on.references);
  const timeout = timeoutOf(source);
  const { uid, generation } = chart.metadata;
  const artifact = source.kind === 'registry' ? null : source.artifact;
  const operation: Operation<Built | Wanting> = {
    inputs: digestOf(
      Buffer.from(JSON.stringify([uid, generation, chart.spec, artifact, [...reaches], secrets])),
    ),
    request: chart.metadata.annotations?.[names.requestedAt] ?? '',
    host: hostOf(reaches),
    timeout,
    work: afterCheck(chart, on.storage, visit, (signal, say) =>
      build({ chart, source, reaches, secrets, timeout, signal, say }, on),
    ),
  };
  const result = outcomeFor(on.operations, key, operation, visit, offered);
  if ('error' in result) throw failure(result.error, chart, source, result.timedOut && timeout);
  if (!('urls' in result.value))
    return noteUpToDate(success(chart, source, result.value, on.storage), revision, visit);
  // Once it is known where the dependencies come from, the build begins anew with what lets it in there.
  on.wanted.set(key, result.value.urls);
  return reconcile(chart, visit, on);
}

async function isCurrent(
  { status, metadata, spec }: HelmChart,
  source: Source,
  { storage }: Deps,
): Promise<boolean> {
  const { artifact, observedGeneration, observedSourceArtifactRevision, conditions } = status ?? {};
  if (source.kind === 'registry' || !artifact) return false;
  return (
    observedGeneration === metadata.generation &&
    observedSourceArtifactRevision === revisionOf(source) &&
    findCondition(conditions, 'Ready')?.status === 'True' &&
    spec.verify === undefined &&
    artifact.url === storage.urlOf(artifact.path) &&
    (await storage.verify(artifact.path, artifact.digest))
  );
}

/** How the repositories are reached that the chart, or its dependencies, come from; that of the chart is the first. */
async function reachesOf(chart: HelmChart, source: Source, on: Deps): Promise<Map<string, Reach>> {
  const reaches = new Map<string, Reach>();
  if (source.kind !== 'files') {
    const { spec } = source.repository;
    if (source.kind === 'registry') requireRegistry(spec.url);
    reaches.set(spec.url, await reachOf(spec, indexOf(source, on), chart, on));
    return reaches;
  }
  for (const url of on.wanted.get(keyOf(chart.metadata)) ?? []) {
    const repository = await on.sources.byUrl(chart, url);
    const artifact = repository?.status?.artifact;
    const isThere = artifact && (await on.storage.verify(artifact.path, artifact.digest));
    const index = isThere
      ? { file: join(on.storage.root, artifact.path), digest: artifact.digest }
      : undefined;
    reaches.set(url, await reachOf(repository?.spec ?? { url }, index, chart, on));
  }
  return reaches;
}

function requireRegistry(url: string): void {
  if (url.startsWith('oci://')) return;
  const message = `failed to construct Helm client: invalid OCI registry URL: ${withoutCredentials(url)}`;
  throw new Stalled('Failed', message, {
    conditions: { FetchFailed: { status: 'True', reason: 'Failed', message } },
  });
}

function indexOf(source: Source, { storage }: Deps) {
  if (source.kind !== 'index') return undefined;
  const { path, digest } = source.artifact;
  return { file: join(storage.root, path), digest };
}

function hostOf(reaches: Map<string, Reach>): string {
  const [reach] = reaches.values();
  return reach && URL.canParse(reach.url) ? new URL(reach.url).host : '';
}

function offered(value: Built | Wanting): { doing: string; status: JsonObject } {
  if ('urls' in value) return { doing: 'building artifact: asked again', status: {} };
  const { name, version, artifact } = value;
  return {
    doing: `building artifact: asked again after '${name}' with version '${version}'`,
    status: { artifact: artifact as unknown as JsonObject, observedChartName: name },
  };
}
