import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Artifact, names, type OCIRepository, parseDuration } from '@millrace/api';
import {
  ArtifactError,
  defaultLimits,
  digestOf,
  type Owner,
  type Storage,
  type Written,
} from '@millrace/artifact';
import {
  Failed,
  type Operation,
  type Operations,
  type Outcome,
  type References,
  Stalled,
  timestamp,
  type Visit,
} from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import {
  type Descriptor,
  InvalidRepository,
  type Manifest,
  parseRepository,
  type Registry,
  type RepositoryName,
  registry,
  type Tokens,
} from '@millrace/oci';
import { type Access, accessOf } from './access.ts';
import type { Layers } from './layers.ts';
import { success } from './outcome.ts';
import { failed, type Target, targetOf } from './target.ts';

/** What a reconcile works with. */
export interface Deps {
  storage: Storage;
  references: References;
  operations: Operations<Found>;
  layers: Layers;
  tokens: Tokens;
}

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  isNew: boolean;
}

/**
 * Offer what the registry holds as an artifact. Nothing is downloaded while the digest is the same; whatever asks the
 * registry is an operation away from the visit.
 */
export async function reconcile(repo: OCIRepository, visit: Visit, on: Deps): Promise<Outcome> {
  requireSupported(repo);
  const key = keyOf(repo.metadata);
  const name = repositoryOf(repo);
  const access = await accessOf(repo, name, on.references);
  const request = repo.metadata.annotations?.[names.requestedAt] ?? '';
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([repo.metadata.uid, repo.spec, access, request]))),
    request,
    host: name.host,
    timeout: parseDuration(repo.spec.timeout ?? '60s'),
    work: (signal, say) => find(repo, name, access, on, signal, say),
  };
  const { result } = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in result) throw failure(result.error, repo, result.timedOut);
  return success(repo, result.value);
}

export function ownerOf({ kind, metadata }: OCIRepository): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** What this version cannot do is refused: an artifact must not be trusted more than the spec says. */
function requireSupported({ spec }: OCIRepository): void {
  const set = [
    ...(spec.verify ? ['spec.verify'] : []),
    ...(spec.provider && spec.provider !== 'generic' ? [`spec.provider ${spec.provider}`] : []),
  ];
  if (set.length > 0)
    throw new Stalled('UnsupportedField', `this version of Millrace does not act on ${set.join(', ')}`);
}

function repositoryOf({ spec }: OCIRepository): RepositoryName {
  try {
    return parseRepository(spec.url.replace(/^oci:\/\//, ''));
  } catch (error) {
    if (!(error instanceof InvalidRepository)) throw error;
    throw new Stalled('URLInvalid', `URL validation failed for spec.url: ${error.message}`);
  }
}

async function find(
  repo: OCIRepository,
  name: RepositoryName,
  access: Access,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const from = registry(name, { ...access, tokens: on.tokens });
  try {
    const target = await targetOf(repo, from, signal);
    const kept = await currentArtifact(repo, target, on.storage);
    if (kept) return { artifact: kept, isNew: false };
    say(`building artifact: new revision '${target.revision}' for '${repo.spec.url}'`);
    const artifact = await makeArtifact(repo, from, target, on, signal);
    await on.storage.collect(ownerOf(repo), artifact.path);
    return { artifact, isNew: artifact.digest !== repo.status?.artifact?.digest };
  } finally {
    await from.close();
  }
}

/** The artifact that there is, when it is of the target, made by the same rules, and whole. */
async function currentArtifact(
  { spec, status }: OCIRepository,
  target: Target,
  storage: Storage,
): Promise<Artifact | undefined> {
  const { artifact, observedIgnore, observedLayerSelector } = status ?? {};
  if (!artifact || artifact.revision !== target.revision) return undefined;
  if ((observedIgnore ?? null) !== (spec.ignore ?? null)) return undefined;
  if (!equal((observedLayerSelector ?? null) as Json, (spec.layerSelector ?? null) as Json)) return undefined;
  if (!(await storage.verify(artifact.path, artifact.digest))) return undefined;
  return { ...artifact, url: storage.urlOf(artifact.path) };
}

async function makeArtifact(
  repo: OCIRepository,
  from: Registry,
  target: Target,
  on: Deps,
  signal: AbortSignal,
): Promise<Artifact> {
  const { spec, metadata } = repo;
  const manifest = await from.manifest(target.digest, signal).catch(cause => {
    throw failed('OCIArtifactPullFailed', `failed to pull artifact from '${spec.url}'`, cause, signal);
  });
  const layer = layerOf(repo, manifest);
  const options = { group: metadata.namespace ?? '', timeout: parseDuration(spec.timeout ?? '60s'), signal };
  const fileName = `${target.digest.slice(target.digest.indexOf(':') + 1)}.tar.gz`;
  const { path, digest, size } = await on.storage.put(ownerOf(repo), fileName, async file => {
    const downloaded = `${file}.layer.tmp`;
    try {
      const written = await download(from, layer, downloaded, signal);
      if (spec.layerSelector?.operation !== 'copy')
        return await on.layers.write({ layer: downloaded, ignore: spec.ignore, file }, options);
      await rename(downloaded, file);
      return written;
    } catch (cause) {
      if (!(cause instanceof ArtifactError)) throw cause;
      throw failed(
        'OCIArtifactLayerOperationFailed',
        'failed to extract layer contents from artifact',
        cause,
        signal,
      );
    } finally {
      await rm(downloaded, { force: true });
    }
  });
  return {
    digest,
    lastUpdateTime: timestamp(new Date()),
    metadata: manifest.annotations,
    path,
    revision: target.revision,
    size,
    url: on.storage.urlOf(path),
  };
}

function layerOf({ spec }: OCIRepository, { layers }: Manifest): Descriptor {
  const wanted = spec.layerSelector?.mediaType;
  const layer = wanted ? layers.find(({ mediaType }) => mediaType === wanted) : layers[0];
  if (layer) return layer;
  throw new Failed(
    'OCIArtifactLayerOperationFailed',
    wanted && layers.length > 0
      ? `failed to find layer with media type '${wanted}' in artifact`
      : 'no layers found in artifact',
  );
}

async function download(
  from: Registry,
  layer: Descriptor,
  file: string,
  signal: AbortSignal,
): Promise<Written> {
  try {
    const hash = createHash('sha256');
    const parts = async function* () {
      for await (const part of from.blob(layer, defaultLimits.compressed, signal)) {
        hash.update(part);
        yield part;
      }
    };
    await pipeline(parts, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }), { signal });
    return { digest: `sha256:${hash.digest('hex')}`, size: layer.size };
  } catch (cause) {
    throw failed('OCIArtifactPullFailed', 'failed to download the layer of the artifact', cause, signal);
  }
}

/** What went wrong decides the condition: fetching, unless it is the store. The last artifact stays on offer. */
function failure(error: unknown, { spec }: OCIRepository, timedOut: boolean): Failed {
  if (error instanceof Stalled) return error;
  const isKnown = error instanceof Failed;
  const said = error instanceof Error ? error.message : String(error);
  const { reason, message } = timedOut
    ? {
        reason: 'OCIArtifactPullFailed',
        message: `'${spec.url}' did not answer within ${spec.timeout ?? '60s'}`,
      }
    : isKnown
      ? { reason: error.reason, message: said }
      : { reason: 'ArchiveOperationFailed', message: `unable to archive artifact to storage: ${said}` };
  const type = isKnown || timedOut ? 'FetchFailed' : 'StorageOperationFailed';
  return new Failed(reason, message, {
    cause: error,
    retryAfter: isKnown ? error.options.retryAfter : undefined,
    conditions: { [type]: { status: 'True', reason, message } },
  });
}
