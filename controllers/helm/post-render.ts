import type { HelmRelease, HelmReleaseSpec } from '@millrace/api';
import {
  applyPostRender,
  ManifestError,
  type PostRenderPlan,
  type PostRenderStrategy,
  planPostRender,
} from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { build, render } from '@millrace/kustomize';
import { parseAll } from '@millrace/yaml';

/** What is changed of the manifests that a chart renders; plain values, for they cross to another thread. */
export interface PostRender {
  renderers: NonNullable<HelmReleaseSpec['postRenderers']>;
  commonMetadata: HelmReleaseSpec['commonMetadata'];
  strategy: PostRenderStrategy;
  /** The labels by which objects are known as the HelmRelease's. */
  labels: Record<string, string>;
}

/** What a HelmRelease wants changed. */
export function postRenderOf({ spec, metadata }: HelmRelease, helm3Defaults: boolean): PostRender {
  const { name, namespace = '' } = metadata;
  return {
    renderers: spec.postRenderers ?? [],
    commonMetadata: spec.commonMetadata,
    strategy: spec.postRenderStrategy ?? (helm3Defaults ? 'nohooks' : 'combined'),
    labels: { 'helm.toolkit.fluxcd.io/name': name, 'helm.toolkit.fluxcd.io/namespace': namespace },
  };
}

/**
 * The rendered files after the patches and images of spec.postRenderers, the common metadata, and the labels of the
 * owner, in this order. Throws an Error in the words of what fails.
 */
export function postRendered(
  files: ReadonlyMap<string, string>,
  { renderers, commonMetadata, strategy, labels }: PostRender,
): ReadonlyMap<string, string> {
  const plan = planOf(files, strategy);
  const outputs = plan.runs.map(({ name, input }) => {
    const doing = name === '' ? 'files' : name;
    try {
      const patched = renderers.reduce(kustomized, input);
      return marked(marked(patched, commonMetadata ?? {}), { labels });
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`error while running post render on ${doing}: ${problem}`, { cause });
    }
  });
  return applyPostRender(plan, outputs);
}

function planOf(files: ReadonlyMap<string, string>, strategy: PostRenderStrategy): PostRenderPlan {
  try {
    return planPostRender(files, strategy);
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause;
    // What is merged has such a key twice for Flux: it is refused by the first who reads it.
    if (cause.message.includes('is given twice'))
      throw new Error(`error while running post render on files: ${cause.message}`, { cause });
    throw new ManifestError(`error merging manifests: ${cause.message}`, { cause });
  }
}

const input = 'helm-output.yaml';

function kustomized(manifests: string, { kustomize }: PostRender['renderers'][number]): string {
  if (!kustomize || manifests.trim() === '') return manifests;
  const { patches = [], images = [] } = kustomize;
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [input],
    patches: patches.map(({ patch, target }) => ({ patch, ...(target ? { target } : {}) })),
    images,
  };
  const files = { [input]: manifests, 'kustomization.yaml': JSON.stringify(kustomization) };
  const { objects } = build({
    files,
    path: '',
    options: { loadRestrictor: 'none', reorder: 'none', integers: 'exact' },
  });
  return render(objects);
}

function marked(
  manifests: string,
  { labels = {}, annotations = {} }: NonNullable<PostRender['commonMetadata']>,
): string {
  if (Object.keys(labels).length === 0 && Object.keys(annotations).length === 0) return manifests;
  const documents = parseAll(manifests, { rules: 'kustomize', integers: 'exact' }).flatMap(objectsOf);
  for (const document of documents) requireIdentity(document);
  requireOnce(documents);
  return render(documents.map(document => withMetadata(document, { labels, annotations })));
}

/** Lists of any kind are taken apart, as kustomize does where it reads resources. */
function objectsOf(document: Json): JsonObject[] {
  if (!isObject(document)) return [];
  const { kind, items } = document;
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  return isList ? items.flatMap(objectsOf) : [document];
}

/** As kustomize wants objects that it reads (kyaml, resid). */
function requireIdentity({ kind, metadata }: JsonObject): void {
  if (typeof kind !== 'string' || kind === '') throw new Error('missing kind in object');
  const name = isObject(metadata) ? metadata.name : undefined;
  if (name === undefined || name === null || name === '')
    throw new Error(`missing metadata.name in object ${kind}`);
}

/** Flux reads what a chart renders into a set: an object that is there twice is refused. */
function requireOnce(documents: JsonObject[]): void {
  const known = new Set<string>();
  for (const { apiVersion, kind, metadata } of documents) {
    const [version = '', group = ''] = String(apiVersion ?? '')
      .split('/')
      .reverse();
    const { name = '', namespace = '' } = isObject(metadata) ? metadata : {};
    const id = `${kind}.${version}.${group || '[noGrp]'}/${name}`;
    const key = `${id}.${namespace || 'default'}`;
    if (name !== '' && known.has(key))
      throw new Error(`may not add resource with an already registered id: ${id}.${namespace || '[noNs]'}`);
    known.add(key);
  }
}

function withMetadata(document: JsonObject, marks: Record<string, Record<string, string>>): JsonObject {
  const metadata: JsonObject = isObject(document.metadata) ? { ...document.metadata } : {};
  for (const [field, entries] of Object.entries(marks)) {
    if (Object.keys(entries).length === 0) continue;
    const before = metadata[field];
    metadata[field] = { ...(isObject(before) ? before : {}), ...entries };
  }
  return { ...document, metadata };
}
