import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Artifact, type OCIRepository, parseDuration } from '@millrace/api';
import {
  type Archive,
  ArtifactError,
  defaultLimits,
  makeFolder,
  type Owner,
  type Stored,
  small,
  temporaryOf,
  type Written,
  writeAt,
} from '@millrace/artifact';
import { Failed, timestamp } from '@millrace/controller';
import { type Descriptor, type Manifest, type Registry, RegistryError } from '@millrace/oci';
import type { Deps } from './deps.ts';
import { failed } from './failed.ts';
import type { Target } from './target.ts';

const layerFailed = 'OCIArtifactLayerOperationFailed';

/** Pull the layer that spec.layerSelector means, and keep what it holds. */
export async function makeArtifact(
  repo: OCIRepository,
  from: Registry,
  target: Target,
  on: Deps,
  signal: AbortSignal,
): Promise<Artifact> {
  const manifest = await from.manifest(target.digest, signal).catch(cause => {
    throw failed('OCIArtifactPullFailed', `failed to pull artifact from '${repo.spec.url}'`, cause, signal);
  });
  const { path, digest, size } = await keep(repo, from, target, layerOf(repo, manifest), on, signal);
  return {
    digest,
    lastUpdateTime: timestamp(new Date()),
    ...(Object.keys(manifest.annotations).length > 0 ? { metadata: manifest.annotations } : {}),
    path,
    revision: target.revision,
    size,
    url: on.storage.urlOf(path),
  };
}

export function ownerOf({ kind, metadata }: OCIRepository): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function layerOf({ spec }: OCIRepository, { layers }: Manifest): Descriptor {
  const wanted = spec.layerSelector?.mediaType;
  const layer = wanted ? layers.find(({ mediaType }) => mediaType === wanted) : layers[0];
  if (layer) return layer;
  throw new Failed(
    layerFailed,
    wanted && layers.length > 0
      ? `failed to find layer with media type '${wanted}' in artifact`
      : 'no layers found in artifact',
  );
}

function keep(
  repo: OCIRepository,
  from: Registry,
  target: Target,
  layer: Descriptor,
  on: Deps,
  signal: AbortSignal,
): Promise<Stored> {
  const { spec, metadata } = repo;
  const copies = spec.layerSelector?.operation === 'copy';
  const step = copies
    ? 'failed to copy layer from artifact'
    : 'failed to extract layer contents from artifact';
  const options = { group: metadata.namespace ?? '', timeout: parseDuration(spec.timeout ?? '60s'), signal };
  return on.storage.putBy(ownerOf(repo), `${target.digest}.tar.gz`, async place => {
    const extract = (archive: Archive) =>
      on.layers.write({ layer: archive, ignore: spec.ignore, place }, options);
    const downloaded = `${temporaryOf(place)}.layer.tmp`;
    try {
      if (copies) return await writeAt(place, file => download(from, layer, { file, flush: true }, signal));
      if (layer.size <= small.packed)
        return await extract({ bytes: await bytesOf(from, layer, signal), beside: downloaded });
      await makeFolder(place);
      try {
        await download(from, layer, { file: downloaded, flush: false }, signal);
        return await extract(downloaded);
      } finally {
        await rm(downloaded, { force: true });
      }
    } catch (cause) {
      if (!(cause instanceof ArtifactError || cause instanceof RegistryError)) throw cause;
      // Nothing has come of it where the registry refuses it.
      const refused = cause instanceof RegistryError && cause.failure !== 'invalid';
      const what = refused ? 'failed to extract the first layer from artifact' : step;
      throw failed(layerFailed, what, cause, signal);
    }
  });
}

async function bytesOf(from: Registry, layer: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(from.blob(layer, small.packed, signal)));
}

async function download(
  from: Registry,
  layer: Descriptor,
  // Only what is kept has to be on the disk for sure.
  { file, flush }: { file: string; flush: boolean },
  signal: AbortSignal,
): Promise<Written> {
  const hash = createHash('sha256');
  const parts = async function* () {
    for await (const part of from.blob(layer, defaultLimits.compressed, signal)) {
      hash.update(part);
      yield part;
    }
  };
  await pipeline(parts, createWriteStream(file, { flags: 'wx', mode: 0o600, flush }), { signal });
  return { digest: `sha256:${hash.digest('hex')}`, size: layer.size };
}
