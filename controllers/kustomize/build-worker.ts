import { createHash } from 'node:crypto';
import { artifactTree } from '@millrace/artifact/files';
import type { JsonObject } from '@millrace/json';
import { type BuildResult, build, type FileTree, render } from '@millrace/kustomize';
import { answerTasks } from '@millrace/threads';
import type { BuildPart, BuildTask } from './build.ts';
import { type Decryptor, openDecryptor } from './decryption/decryptor.ts';
import { KeysWanted } from './decryption/keys.ts';
import { gvkText } from './object-name.ts';
import { requireNames } from './odd-metadata.ts';
import { NoFolder, type Overlaid, PathNotFound, withSpec } from './overlay.ts';
import { withCommonMetadata } from './rendering/common-metadata.ts';
import { substituted } from './rendering/substitute-object.ts';

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
      manifests.push(postBuilt(plain, task));
    }
    requireNames(manifests);
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
    if (error instanceof PathNotFound || error instanceof NoFolder) throw error;
    const message = error instanceof Error ? error.message : String(error);
    // Flux lists files in which keys are given twice, and fails in the build.
    if (message.includes('is given twice'))
      throw new Error(`kustomize build failed: ${message}`, { cause: error });
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

function postBuilt(object: JsonObject, task: BuildTask): JsonObject {
  try {
    return substituted(object, task);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`post build failed for '${gvkText(object)}': ${message}`, { cause: error });
  }
}
