import type { Kustomization } from '@millrace/api';
import { Failed } from '@millrace/controller';
import { isObject, type JsonObject } from '@millrace/json';
import { asKubeObject, isNotFound, type KubeObject, keyOf } from '@millrace/kube';
import { BuildError } from '@millrace/kustomize';
import {
  substituted,
  type Variables,
  variableSources,
  variablesOf,
  withCommonMetadata,
  withSpec,
} from '@millrace/kustomize-controller/rendering';
import { CliError } from '../cli-error.ts';
import { buildWithRemotes, fromHere, withPaths } from '../kustomize/build.ts';
import { diskTree } from '../kustomize/disk-tree.ts';
import { ignoredPaths } from './ignored-paths.ts';
import type { PreviewFlags, PreviewPlace } from './preview-flags.ts';
import { withoutEncrypted } from './sops-mask.ts';

export interface Rendered {
  objects: KubeObject[];
  /** Those that variables come from. */
  secrets: KubeObject[];
}

/**
 * The objects of a Kustomization as it is built from a folder on the disk, in the order of the build, with the labels
 * that say whose they are and without what SOPS has encrypted. Nothing is written. Throws CliError.
 */
export async function renderFrom(
  folder: string,
  ks: Kustomization,
  flags: PreviewFlags,
  place: PreviewPlace,
): Promise<Rendered> {
  const built = await builtFrom(folder, ks, flags, place);
  const sources = await sourcesOf(ks, place);
  const variables = variablesIn(place.client ? ks : withoutSources(ks), sources);
  const strict = flags.strictSubstitute ?? false;
  const objects = built.map(object => substitutedIn(object, variables, strict));
  return { objects: appliedBy(ks, objects), secrets: sources.filter(({ kind }) => kind === 'Secret') };
}

/** Objects that were built and substituted as their Kustomization would apply them, without what SOPS has encrypted. */
export function appliedBy(ks: Kustomization, objects: readonly JsonObject[]): KubeObject[] {
  return objects
    .map(object => withoutEncrypted(labelledBy(ks, object)))
    .map(object => withCommonMetadata(object, ks.spec.commonMetadata))
    .filter(isApplied)
    .map(asKubeObject);
}

async function builtFrom(
  folder: string,
  { spec }: Kustomization,
  { ignorePaths = [] }: PreviewFlags,
  { warn }: PreviewPlace,
): Promise<JsonObject[]> {
  const path = folder.slice(1);
  try {
    const overlaid = withSpec(diskTree, { ...spec, path }, ignoredPaths(folder, ignorePaths));
    const { files, warnings } = overlaid;
    const built = await buildWithRemotes({
      files,
      path,
      options: { loadRestrictor: 'none', reorder: 'none', lenientRoot: true },
    });
    for (const warning of [...warnings, ...built.warnings]) warn(fromHere(warning));
    return built.objects;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const { message } = cause instanceof BuildError ? withPaths(cause, fromHere) : cause;
    throw new CliError(`kustomize build failed: ${message}`, { cause });
  }
}

/** What variables come from. Without a cluster there are only those that the spec itself gives. */
export async function sourcesOf(
  ks: Kustomization,
  { client, as, signal }: PreviewPlace,
): Promise<KubeObject[]> {
  if (!client) return [];
  const { namespace } = ks.metadata;
  const found: KubeObject[] = [];
  for (const { kind, name } of variableSources(ks)) {
    const ref = { apiVersion: 'v1', kind, name, ...(namespace ? { namespace } : {}) };
    const object = await client.get(ref, { as, signal }).catch(error => {
      if (!isNotFound(error)) throw error;
    });
    if (object) found.push(object);
  }
  return found;
}

export function variablesIn(ks: Kustomization, sources: readonly KubeObject[]): Variables {
  try {
    return variablesOf(ks, (kind, name) =>
      sources.find(source => source.kind === kind && source.metadata.name === name),
    );
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    throw new CliError(`var substitution failed for '${keyOf(ks.metadata)}': ${error.message}`, {
      cause: error,
    });
  }
}

function withoutSources(ks: Kustomization): Kustomization {
  const { substituteFrom, ...postBuild } = ks.spec.postBuild ?? {};
  return ks.spec.postBuild ? { ...ks, spec: { ...ks.spec, postBuild } } : ks;
}

function substitutedIn(object: JsonObject, variables: Variables, strict: boolean): JsonObject {
  try {
    return substituted(object, { variables, strict });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`var substitution failed for '${metadataOf(object).name}': ${message}`, { cause });
  }
}

const metadataOf = ({ metadata }: JsonObject): JsonObject => (isObject(metadata) ? metadata : {});

function labelledBy(ks: Kustomization, object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const labels = {
    ...(isObject(metadata.labels) ? metadata.labels : {}),
    'kustomize.toolkit.fluxcd.io/name': ks.metadata.name,
    'kustomize.toolkit.fluxcd.io/namespace': ks.metadata.namespace ?? '',
  };
  return { ...object, metadata: { ...metadata, labels } };
}

/** Configuration of kustomize itself is for no cluster, and neither is what has no name. */
function isApplied(object: JsonObject): boolean {
  const isConfiguration =
    object.kind === 'Kustomization' && String(object.apiVersion).startsWith('kustomize.config.k8s.io/');
  return !isConfiguration && Boolean(metadataOf(object).name);
}
