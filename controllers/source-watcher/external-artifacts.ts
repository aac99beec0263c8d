import {
  type Artifact,
  type ArtifactGenerator,
  apiVersionOfKind,
  artifactGenerator,
  type ExternalArtifact,
  externalArtifact,
} from '@millrace/api';
import { findCondition, timestamp } from '@millrace/controller';
import { equal, type Json, type JsonObject } from '@millrace/json';
import { isNotFound, type KubeObject, refOf } from '@millrace/kube';
import { failed, ownerOf } from './build.ts';
import type { Built, Deps } from './deps.ts';
import { component, generatorLabel, managedBy, originRevision } from './names.ts';
import { type Observed, originOf, sourceOf } from './observe.ts';

const apiVersion = apiVersionOfKind(externalArtifact);
const { kind } = externalArtifact;

/** Those that the cluster has of a generator. */
export function externalOf({ metadata }: ArtifactGenerator, on: Deps): ExternalArtifact[] {
  return on.external().indexed('generator', metadata.uid ?? '') as ExternalArtifact[];
}

/** The same, as the server has them now. */
export async function listed({ metadata }: ArtifactGenerator, on: Deps): Promise<ExternalArtifact[]> {
  const { namespace, uid } = metadata;
  const labelSelector = `${generatorLabel}=${uid}`;
  const options = { namespace, labelSelector, as: 'own' } as const;
  return (await on.client.listAll<ExternalArtifact>(apiVersion, kind, options)).items;
}

/** Tell of an artifact that lies in the store. Throws Failed. */
export async function publish(
  generator: ArtifactGenerator,
  built: Built,
  observed: Observed[],
  on: Deps,
): Promise<Artifact> {
  const { namespace = '' } = generator.metadata;
  const before = on.external().get(`${namespace}/${built.name}`) as ExternalArtifact | undefined;
  requireOwn(generator, before, on);
  try {
    const options = { fieldManager: component, force: true, as: 'own' } as const;
    const { object } = await on.client.apply(objectOf(generator, built), options);
    const known = before?.metadata.uid === object.metadata.uid ? before?.status?.artifact : undefined;
    const artifact = artifactOf(built, observed, known, on);
    const isTold =
      known !== undefined &&
      equal(known as unknown as Json, artifact as unknown as Json) &&
      findCondition(before?.status?.conditions, 'Ready')?.status === 'True';
    if (!isTold) await on.client.apply(statusOf(object, artifact), { ...options, subresource: 'status' });
    return artifact;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const message = `${built.name} reconcile failed: failed to apply ExternalArtifact: ${said}`;
    throw failed('ReconciliationFailed', message, cause);
  }
}

/** Two generators that make one object would do nothing else. */
function requireOwn(generator: ArtifactGenerator, before: ExternalArtifact | undefined, on: Deps): void {
  const uid = before?.metadata.labels?.[generatorLabel];
  if (!before || uid === undefined || uid === generator.metadata.uid) return;
  const other = on.generator(uid);
  const { name } = before.metadata;
  if (!other?.spec.artifacts.some(artifact => artifact.name === name || other.spec.pathPattern)) return;
  const problem = `${kind}/${before.metadata.namespace}/${name} belongs to ${other.kind} '${other.metadata.name}'`;
  throw failed('ReconciliationFailed', `${name} reconcile failed: ${problem}`);
}

function objectOf({ metadata, spec }: ArtifactGenerator, { name, labels }: Built): KubeObject {
  const { labels: common = {}, annotations } = spec.commonMetadata ?? {};
  const { namespace, uid = '' } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      labels: { ...common, ...labels, [managedBy]: component, [generatorLabel]: uid },
      ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec: {
      sourceRef: {
        apiVersion: apiVersionOfKind(artifactGenerator),
        kind: artifactGenerator.kind,
        name: metadata.name,
        namespace,
      },
    },
  } as KubeObject;
}

function artifactOf(
  { revision, originRevision: origin, path, digest, size }: Built,
  observed: Observed[],
  before: Artifact | undefined,
  on: Deps,
): Artifact {
  const from = originOf(origin, observed);
  const isSame = before?.digest === digest && before.path === path;
  return {
    digest,
    lastUpdateTime: isSame ? before.lastUpdateTime : timestamp(new Date()),
    ...(from === undefined ? {} : { metadata: { [originRevision]: from } }),
    path,
    revision: sourceOf(revision, observed)?.revision ?? `latest@${digest}`,
    size,
    url: on.storage.urlOf(path),
  };
}

function statusOf({ metadata }: KubeObject, artifact: Artifact): KubeObject {
  const { name, namespace, generation = 1 } = metadata;
  const condition: JsonObject = {
    lastTransitionTime: timestamp(new Date()),
    message: 'Artifact is ready',
    observedGeneration: generation,
    reason: 'Succeeded',
    status: 'True',
    type: 'Ready',
  };
  const status = { artifact, conditions: [condition] };
  return { apiVersion, kind, metadata: { name, namespace }, status } as unknown as KubeObject;
}

/**
 * Those that the generator has made and makes no more go, objects and archives. Only what carries its label counts as
 * made by it, whatever an inventory says.
 */
export async function collect(generator: ArtifactGenerator, keep: string[], on: Deps): Promise<void> {
  const { namespace = '' } = generator.metadata;
  const orphans = externalOf(generator, on).filter(
    ({ metadata }) => metadata.namespace === namespace && !keep.includes(metadata.name),
  );
  for (const orphan of orphans) {
    await on.client.delete(refOf(orphan), { as: 'own', uid: orphan.metadata.uid }).catch(error => {
      if (!isNotFound(error)) throw error;
    });
    await on.storage.remove(ownerOf(namespace, orphan.metadata.name));
  }
  // Of objects that somebody else has deleted the archives are left.
  for (const { name, namespace: place } of generator.status?.inventory ?? []) {
    if (place !== namespace || keep.includes(name) || on.external().get(`${namespace}/${name}`)) continue;
    await on.storage.remove(ownerOf(namespace, name));
  }
}
