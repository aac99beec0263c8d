import { existsSync, readFileSync } from 'node:fs';
import {
  type HelmRelease,
  helmRelease,
  InvalidResourceError,
  inCurrentVersion,
  kinds,
  parseResource,
} from '@millrace/api';
import { Failed } from '@millrace/controller';
import {
  type Capabilities,
  type Chart,
  defaultCapabilities,
  KubeVersionError,
  parseKubeVersion,
  type Release,
} from '@millrace/helm';
import {
  type Preview,
  previewOf,
  releaseNameOf,
  storageNamespaceOf,
  valuesOf,
} from '@millrace/helm-controller';
import { isObject } from '@millrace/json';
import { asKubeObject, type Identity, isNotFound, type KubeClient, type KubeObject } from '@millrace/kube';
import { secretsIn } from '@millrace/masking';
import { capabilitiesOf, ReleaseError, recordsIn } from '@millrace/releases';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import { HelmCommandError } from '../helm/helm-error.ts';
import { objectsIn } from '../up/with.ts';
import { chartFor } from './chart.ts';
import type { Find, PreviewFlags, PreviewPlace } from './preview-place.ts';

export interface Previewed {
  release: HelmRelease;
  chart: Chart;
  preview: Preview;
  /** The release that there is. */
  current: Release | undefined;
  /** What Secrets hold that went into it. */
  secrets: string[];
}

/** Render the next release of a HelmRelease. Throws CliError with what the controller would fail with. */
export async function previewed(name: string, flags: PreviewFlags, place: PreviewPlace): Promise<Previewed> {
  const { client, as, signal, warn } = place;
  const given = objectsIn(flags.with ?? []);
  const find = finder(given, place);
  const release = await releaseNamed(name, flags, find);
  try {
    const { values, secrets } = await valuesOf(release, {
      read: (_owner, _purpose, refs) => Promise.all(refs.map(find)),
    });
    // What is in the cluster now is no more to be seen than what comes in its place.
    const before = client ? await valuesSecrets(release, finder([], place)) : [];
    const chart = await chartFor(release, flags, { ...place, find });
    const current = client && (await currentOf(release, { client, as, signal }));
    const preview = await previewOf(release, {
      chart,
      values,
      capabilities: await capabilitiesFor(flags, client),
      current,
      on: client ? { client, as, signal } : 'no cluster',
      warn,
    });
    return { release, chart, preview, current, secrets: secretsIn([...secrets, ...before]) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    const isTold = [Failed, ReleaseError, HelmCommandError].some(kind => error instanceof kind);
    throw isTold || error.name.endsWith('Error') ? new CliError(error.message, { cause: error }) : error;
  }
}

async function valuesSecrets({ spec, metadata }: HelmRelease, find: Find): Promise<KubeObject[]> {
  const named = (spec.valuesFrom ?? []).filter(({ kind }) => kind === 'Secret');
  const found = await Promise.all(
    named.map(({ name }) =>
      find({ apiVersion: 'v1', kind: 'Secret', name, namespace: metadata.namespace ?? '' }),
    ),
  );
  return found.filter(secret => secret !== undefined);
}

/** First among the files, then in the cluster. */
function finder(given: KubeObject[], { client, as, signal }: PreviewPlace): Find {
  const group = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/', 1)[0] : '');
  return async ref => {
    const local = given.find(
      ({ apiVersion, kind, metadata }) =>
        kind === ref.kind &&
        group(apiVersion) === group(ref.apiVersion) &&
        metadata.name === ref.name &&
        (metadata.namespace ?? ref.namespace) === ref.namespace,
    );
    if (local || !client) return local && withData(local);
    return client.get(ref, { as, signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  };
}

/** A Secret as the server has it: stringData is for writing only. */
function withData(object: KubeObject): KubeObject {
  const { stringData, data, ...rest } = object as KubeObject & { stringData?: unknown; data?: unknown };
  if (object.kind !== 'Secret' || !isObject(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...rest, data: { ...(isObject(data) ? data : {}), ...Object.fromEntries(encoded) } } as KubeObject;
}

async function releaseNamed(name: string, flags: PreviewFlags, find: Find): Promise<HelmRelease> {
  const { helmreleaseFile: file, namespace } = flags;
  const apiVersion = 'helm.toolkit.fluxcd.io/v2';
  const found = file
    ? releaseIn(file, name, namespace)
    : await find({ apiVersion, kind: 'HelmRelease', name, namespace });
  if (!found)
    throw new CliError(
      `helmreleases.helm.toolkit.fluxcd.io "${name}" not found in namespace ${namespace}: --helmrelease-file names a file that has it`,
    );
  try {
    return parseResource(helmRelease, inCurrentVersion(found, kinds));
  } catch (error) {
    if (!(error instanceof InvalidResourceError)) throw error;
    throw new CliError(`HelmRelease ${name}: ${error.message}`, { cause: error });
  }
}

/** The HelmRelease of a file; where it names no namespace it is in the one that is asked for. */
function releaseIn(file: string, name: string, namespace: string): KubeObject | undefined {
  if (!existsSync(file)) throw new CliError(`${file}: there is no such file`);
  const objects = parseAll(readFileSync(file, 'utf8'), { source: file }).filter(isObject);
  for (const object of objects) {
    const { kind, metadata } = object;
    if (kind !== 'HelmRelease' || !isObject(metadata) || metadata.name !== name) continue;
    const placed = { ...object, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } };
    return asKubeObject(placed);
  }
  throw new CliError(`${file} has no HelmRelease ${name}`);
}

async function capabilitiesFor(
  { kubeVersion, apiVersions = [] }: PreviewFlags,
  client: KubeClient | undefined,
): Promise<Capabilities> {
  const known = client ? await capabilitiesOf(client) : defaultCapabilities;
  try {
    return {
      ...known,
      ...(kubeVersion && { kubeVersion: parseKubeVersion(kubeVersion) }),
      apiVersions: [...known.apiVersions, ...apiVersions],
    };
  } catch (error) {
    throw error instanceof KubeVersionError ? new CliError(error.message, { cause: error }) : error;
  }
}

/** The release that there is. Throws ReleaseError. */
export async function currentOf(
  release: HelmRelease,
  on: { client: KubeClient; as: Identity; signal: AbortSignal },
): Promise<Release | undefined> {
  const namespace = release.status?.storageNamespace || storageNamespaceOf(release);
  const history = await recordsIn({ ...on, namespace }).history(releaseNameOf(release));
  const last = history.at(-1);
  return last?.info.status === 'uninstalled' ? undefined : last;
}
