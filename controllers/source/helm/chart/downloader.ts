import type { HelmRepository } from '@millrace/api';
import type { References } from '@millrace/controller';
import type { UrlMap } from '@millrace/git-access';
import type { HelmRepositoryOptions } from '@millrace/helm-repository';
import type { KubeObject } from '@millrace/kube';
import type { Trust, Verdict } from '@millrace/oci-signatures';
import { accessOf } from '../access.ts';
import { placeOf } from '../place.ts';
import { type RegistryAccess, registryAccessOf } from './registry-access.ts';

/** A version of a chart that a repository has. */
export interface FoundChart {
  name: string;
  version: string;
  /** Of a repository with an index: whether that had been read before. */
  wasRead?: boolean;
  /** Its archive. */
  fetch(signal: AbortSignal): Promise<Buffer>;
  /** Whether somebody who is trusted has signed what fetch fetches; without it, there can be no signature. */
  verify?(trustIn: (artifact: string) => Trust, signal: AbortSignal): Promise<Verdict>;
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
  | { kind: 'oci'; url: string; access: RegistryAccess }
  | { kind: 'folder'; url: string; folder: string; index?: IndexArtifact | undefined };

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
  { references, urls }: { references: References; urls: UrlMap },
): Promise<Reach> {
  const place = placeOf(spec.url, urls);
  if (place.kind === 'folder') return { kind: 'folder', url: spec.url, folder: place.folder, index };
  const { url, isOwn } = place;
  // Credentials are for the place that the spec names.
  const access = isOwn ? spec : { url };
  if (url.startsWith('oci://'))
    return { kind: 'oci', url, access: await registryAccessOf(access, owner, references) };
  return { kind: 'http', url, access: await accessOf(access, owner, references), index };
}
