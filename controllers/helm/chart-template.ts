import { formatDuration, type HelmRelease, parseDuration } from '@millrace/api';
import type { EventNote } from '@millrace/controller';
import type { KubeClient, KubeObject } from '@millrace/kube';
import { isNotFound } from '@millrace/kube';
import { chartKeyOf } from './source.ts';

/** Under which a HelmRelease writes its HelmChart. */
const manager = 'helm-controller';

const group = 'helm.toolkit.fluxcd.io';

/** What became of the HelmChart of a HelmRelease. */
export interface ChartTemplate {
  /** `namespace/name`, for status.helmChart; undefined where there is none any more. */
  key: string | undefined;
  /** As it is now, where it was written. */
  written?: KubeObject;
  events: EventNote[];
}

/**
 * Keep the HelmChart that spec.chart describes as it should be, and delete the one of before where it is another, or
 * none any more.
 */
export async function reconcileChart(
  hr: HelmRelease,
  current: KubeObject | undefined,
  client: KubeClient,
  signal: AbortSignal,
): Promise<ChartTemplate> {
  const before = hr.status?.helmChart || undefined;
  const key = hr.spec.chart ? chartKeyOf(hr) : undefined;
  const events = before && before !== key ? await deleteChart(before, client, signal) : [];
  if (key === undefined) return { key, events };
  const wanted = chartFrom(hr);
  if (current && isAsWanted(current, wanted) && before === key) return { key, events };
  const { object, created } = await client.apply(wanted, {
    fieldManager: manager,
    force: true,
    as: 'own',
    signal,
  });
  if (created || object.metadata.resourceVersion !== current?.metadata.resourceVersion)
    events.push(toldOf(wanted, created));
  return { key, written: object, events };
}

function toldOf({ metadata: { namespace = '', name }, spec }: KubeObject, created: boolean): EventNote {
  const { sourceRef } = spec as { sourceRef: { kind: string; name: string } };
  const what = created ? 'Created' : 'Configured';
  const source = `${sourceRef.kind}/${namespace}/${sourceRef.name}`;
  const message = `${what} HelmChart/${namespace}/${name} with SourceRef '${source}'`;
  return { severity: 'info', reason: `HelmChart${what}`, message };
}

export async function deleteChart(
  key: string,
  client: KubeClient,
  signal: AbortSignal,
): Promise<EventNote[]> {
  const [namespace = '', name = ''] = key.split('/');
  const ref = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace, name };
  try {
    await client.delete(ref, { as: 'own', signal });
    return [{ severity: 'info', reason: 'HelmChartDeleted', message: `deleted HelmChart '${key}'` }];
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return [];
  }
}

function chartFrom({ spec, metadata }: HelmRelease): KubeObject {
  const template = spec.chart!;
  const { chart, version, sourceRef, interval, ...rest } = template.spec;
  const [namespace = '', name = ''] = chartKeyOf({ spec, metadata } as HelmRelease).split('/');
  const annotations = template.metadata?.annotations;
  const labels = {
    ...template.metadata?.labels,
    [`${group}/name`]: metadata.name,
    [`${group}/namespace`]: metadata.namespace ?? '',
  };
  const { reconcileStrategy, valuesFiles, ignoreMissingValuesFiles, verify } = rest;
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name, namespace, labels, ...(annotations ? { annotations } : {}) },
    spec: {
      chart,
      ...(version ? { version } : {}),
      sourceRef: { kind: sourceRef.kind, name: sourceRef.name },
      // As Go writes durations: a HelmChart that Flux has made stays as it is.
      interval: formatDuration(parseDuration(interval ?? spec.interval)),
      ...(reconcileStrategy ? { reconcileStrategy } : {}),
      ...(valuesFiles?.length ? { valuesFiles } : {}),
      ...(ignoreMissingValuesFiles ? { ignoreMissingValuesFiles } : {}),
      ...(verify ? { verify } : {}),
    },
  };
}

/** Whether all that is wanted is there: what the API server adds does not count. */
function isAsWanted(current: KubeObject, wanted: KubeObject): boolean {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const has = (map: Record<string, string> = {}, part: Record<string, string> = {}) =>
    Object.entries(part).every(([key, value]) => map[key] === value);
  const { metadata: there } = current;
  const { metadata } = wanted;
  const [specThere, spec] = [current.spec, wanted.spec] as Record<string, unknown>[];
  return (
    has(there.labels, metadata.labels) &&
    has(there.annotations, metadata.annotations) &&
    Object.entries(spec!).every(([field, value]) => sameBut(specThere![field], value, same))
  );
}

function sameBut(there: unknown, wanted: unknown, same: (a: unknown, b: unknown) => boolean): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return same(there, wanted);
  const found = (there ?? {}) as Record<string, unknown>;
  return Object.entries(wanted).every(([field, value]) => sameBut(found[field], value, same));
}
