import { isObject, type JsonObject } from '@millrace/json';
import type { Resource } from './resource.ts';

/** Annotations in which kustomize keeps what an object was, while it builds. */
const historyAnnotations = {
  kind: 'internal.config.kubernetes.io/previousKinds',
  name: 'internal.config.kubernetes.io/previousNames',
  namespace: 'internal.config.kubernetes.io/previousNamespaces',
};
const behaviorAnnotation = 'internal.config.kubernetes.io/generatorBehavior';

/**
 * Runs a JSON patch over a resource as kustomize does: with the history of the object among its annotations. That
 * is why a patch may add below /metadata/annotations of an object that has none, once kustomize remembers something
 * of it (v5.8, PatchTransformer).
 */
export function withHistory(resource: Resource, patch: (object: JsonObject) => JsonObject): void {
  const notes = notesOf(resource);
  for (const [name, text] of notes) resource.setAnnotation(name, text);
  resource.object = patch(resource.object);
  const { metadata } = resource.object;
  if (!isObject(metadata) || !isObject(metadata.annotations)) return;
  for (const [name] of notes) delete metadata.annotations[name];
}

function notesOf({ previous, isGenerated, behavior }: Resource): [string, string][] {
  const notes: [string, string][] = isGenerated ? [[behaviorAnnotation, behavior]] : [];
  if (previous.length === 0) return notes;
  for (const part of ['kind', 'name', 'namespace'] as const) {
    notes.push([historyAnnotations[part], previous.map(id => id[part]).join(',')]);
  }
  return notes;
}
