import type { HelmRepository } from '@millrace/api';
import type { References } from '@millrace/controller';
import type { HelmRepositoryOptions } from '@millrace/helm-repository';
import type { KubeObject } from '@millrace/kube';
import type { RegistryOptions } from '@millrace/oci';
import { accessOf } from '../access.ts';
import { registryAccessOf } from './registry-access.ts';

/** A version of a chart that a repository has. */
export interface FoundChart {
  name: string;
  version: string;
  /** Its archive. */
  fetch(signal: AbortSignal): Promise<Buffer>;
}

/** A repository of charts, over HTTP or in a registry. */
export interface Downloader {
  /** @param version a version or a range of them; throws an error where there is none */
  find(name: string, version: string, signal: AbortSignal): Promise<FoundChart>;
  close(): Promise<void>;
}

/** How a repository is reached: what a Downloader is made of. */
export type Reach =
  | { kind: 'http'; url: string; access: HelmRepositoryOptions; index?: IndexArtifact | undefined }
  | { kind: 'oci'; url: string; access: Omit<RegistryOptions, 'tokens'> };

/** The index that a HelmRepository has on offer. */
export interface IndexArtifact {
  file: string;
  digest: string;
}

/** Throws Parked and Failed as accessOf. @param owner whose namespace it is, and who is woken */
export async function reachOf(
  spec: HelmRepository['spec'],
  index: IndexArtifact | undefined,
  owner: KubeObject,
  references: References,
): Promise<Reach> {
  const { url } = spec;
  if (url.startsWith('oci://'))
    return { kind: 'oci', url, access: await registryAccessOf(spec, owner, references) };
  return { kind: 'http', url, access: await accessOf(spec, owner, references), index };
}
