import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { findKind } from '../resources/catalog.ts';
import { create, given } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { read } from './read.ts';
import { chartSourceIn, dependencyIn, kindAmong, localReferenceIn, referenceIn } from './references.ts';

export interface HelmReleaseOptions extends CreateOptions {
  chart?: string;
  chartRef?: string;
  chartVersion?: string;
  chartInterval?: string;
  source?: string;
  reconcileStrategy: string;
  releaseName?: string;
  targetNamespace?: string;
  storageNamespace?: string;
  createTargetNamespace?: boolean;
  dependsOn?: string[];
  serviceAccount?: string;
  crds?: string;
  values?: string[];
  valuesFrom?: string[];
  kubeconfigSecretRef?: string;
}

export function createHelmRelease(
  name: string | undefined,
  options: HelmReleaseOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, async () => {
    const { chart, chartRef, dependsOn = [], values = [], valuesFrom = [], crds } = options;
    if (!chart && !chartRef) throw new CliError('chart or chart-ref is required');
    if (chart && chartRef) throw new CliError('cannot use --chart in combination with --chart-ref');
    if (options.reconcileStrategy !== 'Revision' && options.reconcileStrategy !== 'ChartVersion')
      throw new CliError(
        `'${options.reconcileStrategy}' is an invalid reconcile strategy(valid: Revision, ChartVersion)`,
      );
    const install = given({
      createNamespace: options.createTargetNamespace,
      crds: crds ? 'Create' : undefined,
    });
    const kind = findKind('HelmRelease')!;
    return {
      kind,
      noun: 'HelmRelease',
      generates: 'first',
      spec: given({
        interval: durationIn(options.interval),
        releaseName: options.releaseName,
        targetNamespace: options.targetNamespace,
        storageNamespace: options.storageNamespace || options.targetNamespace,
        dependsOn: dependsOn.length > 0 ? dependsOn.map(dependencyIn) : undefined,
        chart: chart ? { spec: chartIn(chart, options) } : undefined,
        chartRef: chartRef ? chartRefIn(chartRef) : undefined,
        kubeConfig: options.kubeconfigSecretRef
          ? { secretRef: { name: options.kubeconfigSecretRef } }
          : undefined,
        install: Object.keys(install).length > 0 ? install : undefined,
        upgrade: crds ? { crds } : undefined,
        serviceAccountName: options.serviceAccount,
        values: values.length > 0 ? await valuesIn(values) : undefined,
        valuesFrom: valuesFrom.length > 0 ? valuesFrom.map(valuesReferenceIn) : undefined,
      }),
      concluded: resource => [`HelmRelease ${resource.name} is ready`, kind.achieved(resource)],
    };
  });
}

function chartIn(chart: string, options: HelmReleaseOptions): JsonObject {
  const source = options.source ? chartSourceIn(options.source, referenceIn) : undefined;
  const interval = options.chartInterval;
  return {
    chart,
    ...given({
      version: options.chartVersion,
      interval: interval ? durationIn(interval, 'chart-interval') : undefined,
    }),
    reconcileStrategy: options.reconcileStrategy,
    // Flux writes a source that names nothing, which the API server refuses.
    sourceRef: { name: '', ...given({ ...source }) },
  };
}

function chartRefIn(text: string): JsonObject {
  const { kind, name, namespace } = referenceIn(text);
  if (kind !== 'HelmChart' && kind !== 'OCIRepository')
    throw new CliError(
      `chart reference kind '${kind}' is not supported, must be one of: OCIRepository, HelmChart`,
    );
  return given({ kind, name, namespace });
}

/** The files together, later ones before earlier. */
async function valuesIn(files: string[]): Promise<JsonObject> {
  let all: JsonObject = {};
  for (const file of files) {
    const text = await read(file, `reading values from ${file} failed`);
    const [values = {}] = parse(text, file);
    if (!isObject(values))
      throw new CliError(`unmarshaling values from ${file} failed: a mapping is expected`);
    all = merged(all, values);
  }
  return all;
}

function parse(text: string, file: string): Json[] {
  try {
    return parseAll(text, { source: file });
  } catch (error) {
    throw new CliError(`converting values to JSON from ${file} failed: ${(error as Error).message}`);
  }
}

function merged(below: JsonObject, above: JsonObject): JsonObject {
  const all = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(below, key) ? below[key] : undefined;
    all[key] = isObject(under) && isObject(value) ? merged(under, value) : value;
  }
  return all;
}

function valuesReferenceIn(text: string): JsonObject {
  const { kind, name } = localReferenceIn(text);
  if (kind === '')
    throw new CliError(`invalid Kubernetes object reference '${text}', must be in format <kind>/<name>`);
  return { kind: kindAmong(kind, ['Secret', 'ConfigMap'], 'reference kind'), name };
}
