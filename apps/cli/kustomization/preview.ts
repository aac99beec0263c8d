import { join, resolve } from 'node:path';
import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { isKustomization, kustomizationNamed, parsed } from './kustomization-named.ts';
import type { PreviewFlags, PreviewPlace } from './preview-flags.ts';
import { type Rendered, renderFrom } from './render.ts';

export interface Preview extends Rendered {
  kustomization: Kustomization;
}

/** What a Kustomization would apply, built from a folder. Throws CliError. */
export async function previewOf(
  name: string,
  folder: string,
  flags: PreviewFlags,
  place: PreviewPlace,
  found?: Kustomization,
): Promise<Preview> {
  const kustomization = await kustomizationNamed(name, flags, place, found);
  return { kustomization, ...(await renderFrom(folder, kustomization, flags, place)) };
}

/** A Kustomization among the objects of another one, and the folder on the disk that it builds. */
export interface Below {
  kustomization: Kustomization;
  folder: string;
  flags: PreviewFlags;
}

/** The object as a Kustomization that `--recursive` follows; undefined for all else, and for the one that it is in. */
export function kustomizationIn(object: KubeObject, { kustomization }: Preview): Kustomization | undefined {
  if (!isKustomization(object)) return undefined;
  const { name, namespace = '' } = object.metadata;
  const isItself =
    name === kustomization.metadata.name && namespace === (kustomization.metadata.namespace ?? '');
  return isItself ? undefined : parsed(object);
}

/** Throws CliError where no folder is given for its source. */
export function below(kustomization: Kustomization, flags: PreviewFlags): Below {
  const { sourceRef, path = '' } = kustomization.spec;
  const { name, namespace = '' } = kustomization.metadata;
  const source = [sourceRef.kind, sourceRef.namespace || namespace, sourceRef.name].filter(
    part => part !== '',
  );
  const root = flags.localSources?.get(source.join('/'));
  if (root === undefined)
    throw new CliError(`cannot get local path for ${source.join('/')} of kustomization ${name}`);
  const { kustomizationFile, ignoreNotFound, ...rest } = flags;
  return { kustomization, folder: resolve(join(root, path)), flags: { ...rest, namespace } };
}
