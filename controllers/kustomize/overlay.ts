import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FileTree, generateKustomization, isRemote, withFiles } from '@millrace/kustomize';
import { parseAll, stringify } from '@millrace/yaml';
import type { BuildTask } from './build.ts';

/** The names under which kustomize looks for its file. */
export const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The spec names a folder that the artifact does not have. */
export class PathNotFound extends Error {
  override readonly name = 'PathNotFound';
}

/** What the spec names is no folder. */
export class NoFolder extends Error {
  override readonly name = 'NoFolder';
}

/**
 * `./clusters/staging/` is `clusters/staging`; the root is the empty string, and nothing is above it: `../a` is `a`, as
 * Flux has it.
 */
export function normalPath(path = ''): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** The path of a folder that the tree has. Throws PathNotFound where it has nothing of that path, and NoFolder for a file. */
export function requireFolder(tree: FileTree, path: string | undefined): string {
  const normal = normalPath(path);
  if (tree.list(normal) !== undefined) return normal;
  if (tree.read(normal) !== undefined)
    throw new NoFolder(`kustomize build failed: ${path} is a file, and spec.path names a folder`);
  throw new PathNotFound(`kustomization path not found: the artifact has no folder "${path ?? '.'}"`);
}

/** What is to be built. */
export interface Overlaid {
  files: FileTree;
  path: string;
  /** What was passed over in a file that is built in another form. */
  warnings: string[];
}

/**
 * The files with what the spec of a Flux Kustomization adds to the kustomization.yaml at its path: target namespace,
 * prefix and suffix, patches, images, components. Where the folder has none, one that lists its manifests is
 * generated, as kustomize-controller does. The files themselves are not changed.
 *
 * @param isIgnored tells of files and folders, by their path in the tree, whether they are to be left out of what the
 *   file at the path lists, or of what is generated
 */
export function withSpec(
  tree: FileTree,
  spec: BuildTask['spec'],
  isIgnored: (path: string) => boolean = () => false,
): Overlaid {
  const path = requireFolder(tree, spec.path);
  const inFolder = (name: string) => (path === '' ? name : `${path}/${name}`);
  const existing = fileNames.map(inFolder).find(name => tree.read(name) !== undefined);
  const target = existing ?? inFolder('kustomization.yaml');
  const text = existing
    ? new TextDecoder().decode(tree.read(existing))
    : (generateKustomization(tree, path, isIgnored) ?? '');
  const warnings: string[] = [];
  const onDuplicate = (key: string, line: number, before: number) =>
    warnings.push(
      `${target}:${line}: the key "${key}" is given twice (before on line ${before}): the last one counts`,
    );
  const [document] = parseAll(text, { source: target, rules: 'kustomize', duplicates: 'last', onDuplicate });
  const listed = isObject(document) ? document : {};
  const kustomization = withoutIgnored(listed, place => isIgnored(normalPath(`${path}/${place}`)));
  // What is left as it is keeps the lines that errors name.
  if (existing && kustomization === listed && hasResources(kustomization) && !addsAnything(spec))
    return { path, files: tree, warnings: [] };
  const exists = (component: string) => componentExists(tree, path, component);
  const edited = edit(kustomization, spec, exists);
  // A file that lists nothing is no mistake to Flux: with this it is not empty to kustomize.
  if (existing && !hasResources(kustomization) && !spec.buildMetadata?.length)
    edited.buildMetadata = ['originAnnotations'];
  return { path, files: withFiles(tree, { [target]: stringify(edited) }), warnings };
}

function hasResources({ resources }: JsonObject): boolean {
  return Array.isArray(resources) && resources.length > 0;
}

const listing = ['resources', 'components', 'crds'];

/** The same file where nothing is left out. */
function withoutIgnored(kustomization: JsonObject, isIgnored: (place: string) => boolean): JsonObject {
  const stays = (place: Json) => typeof place !== 'string' || isRemote(place) || !isIgnored(place);
  const lists = Object.entries(kustomization).flatMap(([field, list]): [string, Json[]][] =>
    listing.includes(field) && Array.isArray(list) && !list.every(stays) ? [[field, list.filter(stays)]] : [],
  );
  return lists.length === 0 ? kustomization : { ...kustomization, ...Object.fromEntries(lists) };
}

function addsAnything(spec: BuildTask['spec']): boolean {
  const { targetNamespace, namePrefix, nameSuffix, patches, images, components, buildMetadata } = spec;
  const lists = [patches, images, components, buildMetadata];
  return Boolean(targetNamespace || namePrefix || nameSuffix) || lists.some(list => (list?.length ?? 0) > 0);
}

function componentExists(tree: FileTree, path: string, component: string): boolean {
  const place = normalPath(`${path}/${component}`);
  return tree.list(place) !== undefined || tree.read(place) !== undefined;
}

/** Throws for a component that is no path below the root of the artifact: nothing is loaded from elsewhere. */
function requireLocal(component: string): void {
  if (!isRemote(component) && !component.replace(/^file:\/\//i, '').startsWith('/')) return;
  throw new Error(`component path '${component}' must be local and relative`);
}

function edit(
  kustomization: JsonObject,
  spec: BuildTask['spec'],
  exists: (component: string) => boolean,
): JsonObject {
  const edited: JsonObject = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...kustomization,
  };
  if (spec.targetNamespace) edited.namespace = spec.targetNamespace;
  if (spec.namePrefix) edited.namePrefix = spec.namePrefix;
  if (spec.nameSuffix) edited.nameSuffix = spec.nameSuffix;
  if (spec.buildMetadata?.length) edited.buildMetadata = spec.buildMetadata;
  spec.components?.forEach(requireLocal);
  const components = (spec.components ?? []).filter(
    component => !spec.ignoreMissingComponents || exists(component),
  );
  append(edited, 'components', components);
  append(edited, 'patches', (spec.patches ?? []) as unknown as Json[]);
  if (spec.images) edited.images = mergeImages(edited.images, spec.images);
  return edited;
}

function append(kustomization: JsonObject, field: string, items: Json[]): void {
  if (items.length === 0) return;
  const before = kustomization[field];
  kustomization[field] = [...(Array.isArray(before) ? before : []), ...items];
}

/** An image of the spec sets what it gives on the one of the same name; tag and digest are one choice. */
function mergeImages(before: Json | undefined, images: NonNullable<BuildTask['spec']['images']>): Json[] {
  const merged: JsonObject[] = (Array.isArray(before) ? before : [])
    .filter(isObject)
    .map(image => ({ ...image }));
  for (const { name, newName, newTag, digest } of images) {
    const version = newTag || digest ? { newTag, digest } : {};
    const given = Object.entries({ ...(newName ? { newName } : {}), ...version }).filter(
      ([, value]) => value,
    );
    const same = merged.find(other => other.name === name);
    if (same && (newTag || digest)) for (const field of ['newTag', 'digest']) delete same[field];
    if (same) Object.assign(same, Object.fromEntries(given));
    else merged.push({ name, ...Object.fromEntries(given) });
  }
  return merged;
}
