import { helmRelease, inCurrentVersion, kinds, parseResource } from '@millrace/api';
import {
  type Charts,
  chartRevisionOf,
  type Preview,
  previewOf,
  sourceOf,
  valuesOf,
} from '@millrace/helm-controller';
import { isForbidden, isNotFound, type KubeObject, type ObjectRef } from '@millrace/kube';
import { secretsGently } from '@millrace/masking';
import { capabilitiesOf } from '@millrace/releases';
import {
  type Choices,
  type Found,
  objectsOf,
  type PreviewOf,
  pairsBetween,
  secretsOfReleases,
  storedRelease,
  storedReleases,
} from '@millrace/web';
import { CliError } from '../cli-error.ts';
import { compareRelease } from '../helmrelease/diff.ts';
import { currentOf } from '../helmrelease/inputs.ts';
import { reachFor } from './reach.ts';
import { valuesIn } from './release-values.ts';
import { artifactOf } from './trees.ts';

/** What a HelmRelease can be compared in: what is live, or a release that helm has stored, with the next one. */
export async function releaseChoices(of: PreviewOf): Promise<Choices> {
  const hr = parsed(of.object);
  const newest = artifactOf(await chartOf(of))?.revision;
  const tried = hr.status?.lastAttemptedRevision;
  const isPending = newest !== undefined && tried !== undefined && !newest.startsWith(tried);
  const stored = await storedReleases(of, of.object).catch(error => {
    if (isForbidden(error)) return [];
    throw error;
  });
  const releases = stored.reverse().map(({ version, chart, info }) => ({
    name: String(version),
    label: `release ${version}: ${chart?.metadata?.version ?? ''} (${info.status})`,
  }));
  return {
    before: [{ name: 'live', label: 'what is live' }, ...releases],
    after: [{ name: 'next', label: 'the next release' }],
    ...(isPending ? { pending: newest } : {}),
  };
}

/**
 * What the next release would change in the cluster, as `diff helmrelease` has it. The chart comes out of its artifact
 * alone, and is rendered in a thread. Throws Error with what the controller would fail with.
 */
export async function compareHelmRelease(of: PreviewOf, before: string, charts: Charts): Promise<Found> {
  const { viewer, signal } = of;
  const { client, as } = viewer;
  const hr = parsed(of.object);
  if (before === 'live' && hr.spec.kubeConfig)
    throw new CliError('its objects are in another cluster: what is live there is not to be had here');
  const source = await chartOf(of);
  const artifact = artifactOf(source);
  if (!artifact) throw new CliError(`${source.kind} ${source.metadata.name} has no artifact yet`);
  const notes: string[] = [];
  const warn = (note: string) => notes.push(note);
  const { values, secrets } = await valuesOf(hr, {
    read: (_owner, _purpose, refs) => Promise.all(refs.map(ref => found(ref, of))),
  });
  const chart = await charts.open(artifact, `web ${JSON.stringify(as)}`, signal, reachFor(viewer));
  const { version } = chartRevisionOf(hr, artifact, chart.metadata.version, true);
  const current = await currentOf(hr, { client, as, signal });
  const preview = await previewOf(hr, {
    chart: postRender => chart.release({ version, postRender, signal }),
    values,
    capabilities: await capabilitiesOf(client),
    current,
    on: { client, as, signal },
    warn,
  });
  if (before !== 'live') return { ...(await sinceRelease(of, before, preview)), notes };
  const compared = { release: hr, preview, current, secrets: await secretsGently(secrets) };
  return { ...(await compareRelease(compared, { ...viewer, signal, warn })), notes };
}

/** What the next release has other than one that helm has stored. */
async function sinceRelease(of: PreviewOf, version: string, next: Preview): Promise<Found> {
  const release = await storedRelease(of, of.object, version);
  if (!release) throw new CliError(`release ${version.slice(0, 20)} is not stored any more`);
  const secrets = await secretsOfReleases([release, next], await valuesIn(of));
  const [before, after] = await Promise.all([release, next].map(objectsOf));
  return { ...pairsBetween(before!, after!), secrets };
}

const parsed = (object: KubeObject) => parseResource(helmRelease, inCurrentVersion(object, kinds));

/** What the chart comes from, as the viewer may see it. Throws CliError. */
async function chartOf(of: PreviewOf): Promise<KubeObject> {
  const { apiVersion, kind, key } = sourceOf(parsed(of.object));
  const [namespace = '', name = ''] = key.split('/');
  try {
    const source = await found({ apiVersion, kind, namespace, name }, of);
    if (source) return source;
  } catch (error) {
    if (isForbidden(error)) throw new CliError(`you may not see its chart, ${kind} ${key}`, { cause: error });
    throw error;
  }
  throw new CliError(`its chart ${kind} ${key} is not there`);
}

async function found(ref: ObjectRef, { viewer, signal }: PreviewOf): Promise<KubeObject | undefined> {
  return viewer.client.get(ref, { as: viewer.as, signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}
