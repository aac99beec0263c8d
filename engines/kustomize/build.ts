import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { YamlError } from '@millrace/yaml';
import { accumulateKustomization, readKustomization } from './accumulate.ts';
import { Accumulator } from './accumulator.ts';
import type { BuildContext } from './build-context.ts';
import { BuildError } from './build-error.ts';
import { asTree, type FileTree, joinPath } from './file-tree.ts';
import { addHashes } from './hash.ts';
import { kubernetesSchema } from './kubernetes-schema.ts';
import type { Kustomization } from './kustomization.ts';
import { setPairs } from './labels.ts';
import { Loader, type LoadRestrictor, type RemoteLoader } from './loader.ts';
import { fixNameReferences } from './name-references.ts';
import { originAnnotation, transformationsAnnotation } from './origin.ts';
import { printId, Resource } from './resource.ts';
import { legacyOrder, sortResources } from './sort.ts';
import { resolveVars } from './vars.ts';

export interface BuildInput {
  /** The files, as a tree or as a map from path to content. They are not changed. */
  files: FileTree | Record<string, string | Uint8Array>;
  /** The directory of the kustomization, '' or '.' for the root. */
  path: string;
  /** Gets remote bases; without one they are refused. */
  loader?: RemoteLoader;
  options?: BuildOptions;
}

export interface BuildOptions {
  /** `rootOnly` (as kustomize) lets a kustomization read files below itself only; `none` (as Flux) any of the tree. */
  loadRestrictor?: LoadRestrictor;
  /** The order of the output where the kustomization does not say: `legacy` (as `kustomize build`) by kind, or `none`. */
  reorder?: 'legacy' | 'none';
  /** As `buildMetadata: [managedByLabel]` in the kustomization. */
  managedByLabel?: boolean;
  /**
   * What becomes of whole numbers beyond 2^53, which no JavaScript number holds: `rounded` (the default), with
   * a warning, so that the objects are plain JSON; or `exact`, a bigint in their place, which `render` prints.
   */
  integers?: 'rounded' | 'exact';
  /**
   * A key that is given twice, in a kustomization file or a patch, is an error. Without it one of the values counts,
   * as in kustomize, and a warning names both places.
   */
  strict?: boolean;
  /**
   * Keys of the kustomization file at the top that kustomize does not know are left out, with a warning, as the
   * kustomize-controller does with the file at spec.path; in bases they stay an error.
   */
  lenientRoot?: boolean;
}

export interface BuildResult {
  objects: JsonObject[];
  warnings: string[];
}

/** What `buildMetadata: [managedByLabel]` writes: the version whose behavior this is. */
const managedBy = 'kustomize-v5.8.1';

/**
 * Builds a kustomization as `kustomize build` v5.8 does. Synchronous and pure.
 * @throws BuildError with file, field and resource for whatever cannot be built
 */
export function build(input: BuildInput): BuildResult {
  const tree = asTree(input.files);
  const directory = joinPath('', input.path);
  if (directory === undefined) throw new BuildError(`${input.path} leads out of the files that are there`);
  const {
    loadRestrictor = 'rootOnly',
    reorder = 'legacy',
    managedByLabel = false,
    integers = 'rounded',
    strict = false,
    lenientRoot = false,
  } = input.options ?? {};
  const root = tree.resolve?.(directory) ?? directory;
  const loader = new Loader(tree, root, {
    restrictor: loadRestrictor,
    remote: input.loader,
    strict,
    lenientRoot,
  });
  try {
    const result = buildRoot(loader, reorder, managedByLabel);
    if (integers === 'rounded') for (const object of result.objects) roundIntegers(object, result.warnings);
    return result;
  } catch (cause) {
    // YAML in a place that is no file of its own: an annotation, an inline plugin.
    if (!(cause instanceof YamlError)) throw cause;
    throw new BuildError(cause.message, {}, { cause });
  }
}

function buildRoot(loader: Loader, reorder: 'legacy' | 'none', managedByLabel: boolean): BuildResult {
  const kustomization = readKustomization(loader, false, true);
  const { file, buildMetadata } = kustomization;
  const warnings = kustomization.warnings.map(warning => `${file}: ${warning}`);
  const context: BuildContext = {
    schema: kubernetesSchema,
    schemaIsChosen: false,
    strict: loader.strict,
    warnings,
    origins: buildMetadata.length > 0 ? loader.directory : undefined,
  };
  const gathered = accumulateKustomization(kustomization, loader, context, new Accumulator());
  const { list, config } = gathered;
  addHashes(list);
  fixNameReferences(list, config.nameReference);
  resolveVars(gathered, text => warnings.push(`${file}: ${text}`));
  list.filter(isForTheCluster);
  sort(kustomization, gathered, reorder);
  if (managedByLabel || buildMetadata.includes('managedByLabel')) {
    const labels = { group: '', version: '', kind: '', path: 'metadata/labels', create: true };
    setPairs(list, { 'app.kubernetes.io/managed-by': managedBy }, [labels]);
  }
  for (const resource of list.resources) cleanAnnotations(resource, buildMetadata);
  return { objects: list.resources.map(resource => resource.object), warnings };
}

function isForTheCluster(resource: Resource): boolean {
  const local = resource.annotations['config.kubernetes.io/local-config'];
  return local === undefined || String(local) === 'false';
}

function sort(kustomization: Kustomization, { list }: Accumulator, reorder: 'legacy' | 'none'): void {
  const { sortOptions } = kustomization;
  if (sortOptions?.order === 'legacy') sortResources(list, sortOptions);
  else if (sortOptions === undefined && reorder === 'legacy') sortResources(list, legacyOrder);
}

/** Annotations by which kustomize and its functions talk to themselves. */
const internalAnnotations = [
  ...['previousKinds', 'previousNames', 'prefixes', 'suffixes', 'previousNamespaces', 'allowNameChange'],
  ...['allowKindChange', 'refBy', 'generatorBehavior', 'needsHashSuffix', 'path', 'index', 'seqindent', 'id'],
]
  .map(name => `internal.config.kubernetes.io/${name}`)
  .concat('config.kubernetes.io/path', 'config.kubernetes.io/index', 'config.k8s.io/id');

function cleanAnnotations(resource: Resource, buildMetadata: string[]): void {
  const { metadata } = resource.object;
  if (!isObject(metadata) || metadata.annotations === undefined) return;
  // kustomize sets the annotations of every object anew: empty ones go, and all are strings.
  const annotations = metadata.annotations ?? {};
  if (!isObject(annotations)) return;
  for (const name of internalAnnotations) delete annotations[name];
  if (!buildMetadata.includes('originAnnotations')) delete annotations[originAnnotation];
  if (!buildMetadata.includes('transformerAnnotations')) delete annotations[transformationsAnnotation];
  for (const [key, value] of Object.entries(annotations))
    if (typeof value !== 'string') put(annotations, key, String(value));
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

/** Turns each bigint into the nearest number, in place. */
function roundIntegers(object: JsonObject, warnings: string[]): void {
  const round = (holder: Json[] | JsonObject, path: string): void => {
    const map = holder as JsonObject;
    for (const key in map) {
      const value = map[key] as Json | bigint;
      if (typeof value === 'object' && value !== null) round(value, `${path}/${key}`);
      else if (typeof value === 'bigint') {
        put(map, key, Number(value));
        warnings.push(
          `${idOf(object)}: the number ${value} at ${path}/${key} is beyond 2^53 and was rounded to ${Number(value)}`,
        );
      }
    }
  };
  round(object, '');
}

function idOf(object: JsonObject): string {
  return printId(new Resource(object).id);
}
