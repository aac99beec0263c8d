import { readFileSync } from 'node:fs';
import {
  InvalidResourceError,
  inCurrentVersion,
  type Kustomization,
  kinds,
  kustomization,
  parseResource,
} from '@millrace/api';
import { isObject, type JsonObject } from '@millrace/json';
import { asKubeObject, groupOf, isNotFound, type KubeObject } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import type { PreviewFlags, PreviewPlace } from './preview-flags.ts';

const group = 'kustomize.toolkit.fluxcd.io';

export function isKustomization({ apiVersion, kind }: KubeObject): boolean {
  return groupOf(apiVersion) === group && kind === 'Kustomization';
}

/**
 * The Kustomization of the file, else of the cluster, else the one that another build has come upon. That of a file has
 * the status of the one in the cluster, and with it the inventory. Throws CliError.
 *
 * @param found by another build
 */
export async function kustomizationNamed(
  name: string,
  flags: PreviewFlags,
  place: PreviewPlace,
  found?: Kustomization,
): Promise<Kustomization> {
  const { kustomizationFile: file, namespace, ignoreNotFound } = flags;
  const live = place.client && (await liveOne(name, namespace, place));
  if (place.client && !live && !found && !(ignoreNotFound && file))
    throw new CliError(`failed to get kustomization object: kustomizations.${group} "${name}" not found`);
  if (!file) return parsed(live ?? found!);
  const given = oneInFile(file, name, namespace);
  const status = live?.status === undefined ? {} : { status: live.status };
  return parsed({ ...given, ...status });
}

async function liveOne(
  name: string,
  namespace: string,
  { client, as, signal }: PreviewPlace,
): Promise<KubeObject | undefined> {
  const ref = { apiVersion: `${group}/v1`, kind: 'Kustomization', name, namespace };
  return client?.get(ref, { as, signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    signal.throwIfAborted();
    throw new CliError(`failed to get kustomization object: ${error.message}`, { cause: error });
  });
}

/** One that names no namespace is found in each, and stays without. */
function oneInFile(file: string, name: string, namespace: string): KubeObject {
  const at = (object: JsonObject): boolean =>
    isObject(object.metadata) &&
    object.metadata.name === name &&
    (!object.metadata.namespace || object.metadata.namespace === namespace);
  const found = documentsOf(file).find(
    object =>
      typeof object.apiVersion === 'string' &&
      object.apiVersion.startsWith(`${group}/`) &&
      object.kind === 'Kustomization' &&
      at(object),
  );
  if (found) return asKubeObject(found);
  throw new CliError(
    `failed to get kustomization object: failed find kustomization with name '${name}' and namespace '${namespace}' in file '${file}'`,
  );
}

function documentsOf(file: string): JsonObject[] {
  try {
    return parseAll(readFileSync(file, 'utf8'), { source: file }).filter(isObject);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      `failed to get kustomization object: failed to unmarshall kustomization file ${message}`,
      {
        cause,
      },
    );
  }
}

/** What a preview does not need may be missing. */
const unneeded = { interval: '10m', prune: false, sourceRef: { kind: 'GitRepository', name: 'unknown' } };

/** Throws CliError with the fields that are wrong. */
export function parsed(object: KubeObject): Kustomization {
  const spec = isObject(object.spec) ? object.spec : {};
  try {
    return parseResource(
      kustomization,
      inCurrentVersion({ ...object, spec: { ...unneeded, ...spec } }, kinds),
    );
  } catch (error) {
    if (!(error instanceof InvalidResourceError)) throw error;
    throw new CliError(`failed to get kustomization object: ${error.message}`, { cause: error });
  }
}
