import type { HelmRelease } from '@millrace/api';
import type { KubeClient, KubeObject } from '@millrace/kube';
import { isNotFound } from '@millrace/kube';
import { chartKeyOf } from './source.ts';

/** Under which a HelmRelease writes its HelmChart. */
const manager = 'helm-controller';

const group = 'helm.toolkit.fluxcd.io';

/**
 * Keep the HelmChart that spec.chart describes as it should be, and delete the one of before where it is another, or
 * none any more. Returns the name of the one that is there now, for status.helmChart.
 */
export async function reconcileChart(
  hr: HelmRelease,
  current: KubeObject | undefined,
  client: KubeClient,
  signal: AbortSignal,
): Promise<string | undefined> {
  const before = hr.status?.helmChart || undefined;
  const key = hr.spec.chart ? chartKeyOf(hr) : undefined;
  if (before && before !== key) await deleteChart(before, client, signal);
  if (key === undefined) return undefined;
  const wanted = chartFrom(hr);
  if (!current || !isAsWanted(current, wanted) || before !== key)
    await client.apply(wanted, { fieldManager: manager, force: true, as: 'own', signal });
  return key;
}

export async function deleteChart(key: string, client: KubeClient, signal: AbortSignal): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  const ref = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace, name };
  await client.delete(ref, { as: 'own', signal }).catch(error => {
    if (!isNotFound(error)) throw error;
  });
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
      interval: interval ?? spec.interval,
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
