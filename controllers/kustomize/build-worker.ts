import { createHash } from 'node:crypto';
import { artifactTree } from '@millrace/artifact';
import { substitute } from '@millrace/envsubst';
import { isObject, type JsonObject } from '@millrace/json';
import { type BuildResult, build, type FileTree, render } from '@millrace/kustomize';
import { answerTasks } from '@millrace/threads';
import { parseAll, stringify } from '@millrace/yaml';
import type { BuildPart, BuildTask } from './build.ts';
import { type Decryptor, openDecryptor } from './decryption/decryptor.ts';
import { KeysWanted } from './decryption/keys.ts';
import { gvkText } from './object-name.ts';
import { type Overlaid, PathNotFound, withSpec } from './overlay.ts';

/** Objects that cross to the other thread at once: reading them there takes a few milliseconds. */
const portion = 250;

answerTasks<BuildTask, BuildPart>(async (task, respond) => {
  let decryptor: Decryptor | undefined;
  try {
    decryptor = task.decryption && (await openDecryptor(task.decryption));
    const { files, path, warnings } = overlaid(artifactTree(task.tree), task.spec);
    const sources = decryptor ? await decryptor.sources(files, path) : files;
    const built = kustomized(sources, path);
    const manifests: JsonObject[] = [];
    const confidential: number[] = [];
    for (const [place, object] of built.objects.entries()) {
      const plain = decryptor ? await decryptor.object(object) : object;
      if (plain !== object && plain.kind !== 'Secret') confidential.push(place);
      manifests.push(substituted(plain, task));
    }
    const digest = `sha256:${createHash('sha256').update(render(manifests)).digest('hex')}`;
    const objects = manifests.map(object => withCommonMetadata(object, task.spec.commonMetadata));
    for (let i = 0; i < objects.length; i += portion)
      respond({ kind: 'objects', objects: objects.slice(i, i + portion) });
    respond({ kind: 'built', digest, confidential, warnings: [...warnings, ...built.warnings] });
  } catch (error) {
    if (error instanceof KeysWanted) return respond({ kind: 'wanted', keys: error.keys });
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof PathNotFound ? 'ArtifactFailed' : 'BuildFailed';
    respond({ kind: 'failed', reason, message: decryptor?.masked(message) ?? message });
  }
});

/** Where a folder has no kustomization.yaml, its manifests are read for one to be generated. */
function overlaid(tree: FileTree, spec: BuildTask['spec']): Overlaid {
  try {
    return withSpec(tree, spec);
  } catch (error) {
    if (error instanceof PathNotFound) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to decode Kubernetes YAML from ${message}`, { cause: error });
  }
}

/**
 * Flux lets a kustomization read any file of its artifact, keeps the order of the resources, and reads the file at the
 * top leniently.
 */
function kustomized(files: FileTree, path: string): BuildResult {
  try {
    return build({ files, path, options: { loadRestrictor: 'none', reorder: 'none', lenientRoot: true } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`kustomize build failed: ${message}`, { cause: error });
  }
}

function substituted(object: JsonObject, { variables, strict }: BuildTask): JsonObject {
  return variables && maySubstitute(object) ? substituteIn(object, variables, strict) : object;
}

function withCommonMetadata(object: JsonObject, common: BuildTask['spec']['commonMetadata']): JsonObject {
  const { labels, annotations } = common ?? {};
  if (!labels && !annotations) return object;
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(labels ? { labels: { ...(metadata.labels as JsonObject | undefined), ...labels } } : {}),
      ...(annotations
        ? { annotations: { ...(metadata.annotations as JsonObject | undefined), ...annotations } }
        : {}),
    },
  };
}

const substituteKey = 'kustomize.toolkit.fluxcd.io/substitute';

function maySubstitute(object: JsonObject): boolean {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return ![metadata.labels, metadata.annotations].some(
    map => isObject(map) && map[substituteKey] === 'disabled',
  );
}

/** Variables stand in the text: a number among them is a number in the object. */
function substituteIn(object: JsonObject, variables: Record<string, string>, strict: boolean): JsonObject {
  const before = stringify(object);
  // $$ is a dollar sign, also where no expression stands.
  if (!before.includes('$')) return object;
  try {
    const [after] = parseAll(substitute(before, variables, { strict }), { source: nameOf(object) });
    if (isObject(after)) return after;
    throw new Error('nothing is left of it');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      `post build failed for '${gvkText(object)}': envsubst error: variable substitution failed: ${message}`,
      {
        cause: error,
      },
    );
  }
}

function nameOf(object: JsonObject): string {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return [object.kind, metadata.namespace, metadata.name].filter(part => typeof part === 'string').join('/');
}
