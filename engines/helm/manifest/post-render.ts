import { compareStrings } from '@millrace/go-template';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll, stringify, stringifyAll, YamlError } from '@millrace/yaml';
import { isPartial } from '../render/scope.ts';
import { arrangeManifests } from './arrange.ts';
import { ManifestError } from './head.ts';
import { splitManifests } from './split.ts';

/**
 * What goes to a post-renderer: hooks and other manifests together, each in a run of their own, or no hooks at all,
 * which is how Helm 3 did it.
 */
export type PostRenderStrategy = 'combined' | 'separate' | 'nohooks';

/** What to give to a post-renderer, and what is to be put beside its answers. */
export interface PostRenderPlan {
  /** One text for each run; `name` is '' if there is only one. */
  runs: { name: string; input: string }[];
  untouched: ReadonlyMap<string, string>;
}

/** Carries the name of its file through the post-renderer with each document. */
const fileAnnotation = 'postrenderer.helm.sh/postrender-filename';

/**
 * The streams of documents that a post-renderer is to change. Comments do not survive, other than in Helm.
 *
 * Throws ManifestError, which names the file, for a document that is no YAML or no map.
 *
 * Rule: renderResources in pkg/action of helm v4.3.1
 */
export function planPostRender(
  files: ReadonlyMap<string, string>,
  strategy: PostRenderStrategy,
): PostRenderPlan {
  if (strategy === 'combined') return { runs: [{ name: '', input: merged(files) }], untouched: new Map() };
  const { hooks, manifests, problem } = arrangeManifests(files);
  if (problem) throw problem;
  const ofHooks = byFile(hooks.map(({ path, manifest }) => [path, manifest]));
  const ofManifests = byFile(manifests.map(({ name, content }) => [name, content]));
  const groups =
    strategy === 'separate' ? { hooks: ofHooks, manifests: ofManifests } : { manifests: ofManifests };
  const runs = Object.entries(groups)
    .filter(([, group]) => group.size > 0)
    .map(([name, group]) => ({ name, input: merged(group) }));
  return { runs, untouched: strategy === 'separate' ? new Map() : ofHooks };
}

/**
 * The files after the post-renderer ran, its answers in the order of the runs. Documents that it added get a file of
 * their own. Throws ManifestError for an answer that is no YAML.
 */
export function applyPostRender(plan: PostRenderPlan, outputs: readonly string[]): Map<string, string> {
  const pieces = plan.runs.flatMap(({ name }, index) => split(outputs[index] ?? '', name));
  return byFile([...plan.untouched, ...pieces]);
}

function byFile(pieces: Iterable<readonly [string, string]>): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, text] of pieces) {
    const before = files.get(name);
    files.set(name, before === undefined ? text : `${before}\n---\n${text}`);
  }
  return files;
}

function merged(files: ReadonlyMap<string, string>): string {
  const documents: Json[] = [];
  for (const name of [...files.keys()].sort(compareStrings)) {
    if (isPartial(name)) continue;
    for (const text of splitManifests(files.get(name)!))
      for (const document of read(text, `parsing ${name}`).flatMap(unwrapped))
        documents.push(annotated(document, name));
  }
  return stringifyAll(documents, { keys: 'kept' });
}

/** kyaml takes a List apart where it is the only document. */
function unwrapped(document: Json): Json[] {
  const isList = isObject(document) && (document.kind === 'List' || document.kind === 'ResourceList');
  return isList && Array.isArray(document.items) ? document.items : [document];
}

function read(text: string, doing: string): Json[] {
  try {
    return parseAll(text, { rules: 'kustomize', integers: 'exact' });
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new ManifestError(`${doing}: ${cause.message}`, { cause });
  }
}

function annotated(document: Json, file: string): Json {
  if (!isObject(document)) throw new ManifestError(`parsing ${file}: a document is no map`);
  return withAnnotations(document, annotations => ({ ...annotations, [fileAnnotation]: file }));
}

function withAnnotations(document: JsonObject, change: (annotations: JsonObject) => JsonObject): JsonObject {
  const metadata = isObject(document.metadata) ? document.metadata : {};
  const annotations = change(isObject(metadata.annotations) ? metadata.annotations : {});
  const { annotations: _, ...others } = metadata;
  const inner = Object.keys(annotations).length > 0 ? { ...metadata, annotations } : others;
  const { metadata: __, ...rest } = document;
  return Object.keys(inner).length > 0 ? { ...document, metadata: inner } : rest;
}

function split(output: string, run: string): [string, string][] {
  const files = new Map<string, Json[]>();
  for (const [index, document] of read(output, 'error while parsing post rendered output').entries()) {
    const [name, clean] = taken(document);
    const file = name ?? `generated-by-postrender-${run === '' ? '' : `${run}-`}${index}.yaml`;
    files.set(file, [...(files.get(file) ?? []), clean]);
  }
  return Array.from(files, ([name, documents]) => [
    name,
    documents.map(document => stringify(document, { keys: 'kept' })).join('---\n'),
  ]);
}

/** The file that a document came from, and the document without its name. */
function taken(document: Json): [string | undefined, Json] {
  if (!isObject(document)) return [undefined, document];
  const { metadata } = document;
  const annotations = isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {};
  const file = annotations[fileAnnotation];
  if (typeof file !== 'string') return [undefined, document];
  return [file, withAnnotations(document, ({ [fileAnnotation]: _, ...others }) => others)];
}
