import { isObject, type JsonObject } from '@millrace/json';
import { artifactGenerator } from './artifact-generator.ts';
import { commonDescriptions } from './common.ts';
import { helmRelease } from './helm-release.ts';
import { imagePolicy, imageRepository, imageUpdateAutomation } from './image.ts';
import { kustomization } from './kustomization.ts';
import { alert, provider, receiver } from './notification.ts';
import {
  bucket,
  externalArtifact,
  gitRepository,
  helmChart,
  helmRepository,
  ociRepository,
} from './sources.ts';

/** What each field means, by kind and path: `''` is the kind itself. */
export const descriptions = new Map<string, Record<string, string>>([
  ['Alert', alert],
  ['ArtifactGenerator', artifactGenerator],
  ['Bucket', bucket],
  ['ExternalArtifact', externalArtifact],
  ['GitRepository', gitRepository],
  ['HelmChart', helmChart],
  ['HelmRelease', helmRelease],
  ['HelmRepository', helmRepository],
  ['ImagePolicy', imagePolicy],
  ['ImageRepository', imageRepository],
  ['ImageUpdateAutomation', imageUpdateAutomation],
  ['Kustomization', kustomization],
  ['OCIRepository', ociRepository],
  ['Provider', provider],
  ['Receiver', receiver],
]);

/**
 * The OpenAPI schema of a kind with its descriptions, for `kubectl explain` and editors. Paths have no mark for the items
 * of a list and the values of a mapping, as in `kubectl explain`.
 */
export function described(kind: string, schema: JsonObject): JsonObject {
  return describe(kind, schema, '');
}

function describe(kind: string, schema: JsonObject, path: string): JsonObject {
  const text = descriptionOf(kind, path);
  const { items, properties, additionalProperties } = schema;
  return {
    ...(text === undefined ? {} : { description: text }),
    ...schema,
    ...(isObject(items) ? { items: within(kind, items, path) } : {}),
    ...(isObject(additionalProperties)
      ? { additionalProperties: within(kind, additionalProperties, path) }
      : {}),
    ...(isObject(properties) ? { properties: describeAll(kind, properties, path) } : {}),
  };
}

/** The fields below a list's item, whose own description is that of the list. */
function within(kind: string, schema: JsonObject, path: string): JsonObject {
  const { properties } = schema;
  return isObject(properties) ? { ...schema, properties: describeAll(kind, properties, path) } : schema;
}

function describeAll(kind: string, properties: JsonObject, path: string): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      isObject(schema) ? describe(kind, schema, path === '' ? name : `${path}.${name}`) : schema,
    ]),
  );
}

/** Of the kind, or else what the longest end of the path means to all kinds. */
export function descriptionOf(kind: string, path: string): string | undefined {
  const own = descriptions.get(kind)?.[path];
  if (own !== undefined || path === '') return own;
  const names = path.split('.');
  for (let start = 0; start < names.length; start++) {
    const text = commonDescriptions[names.slice(start).join('.')];
    if (text !== undefined) return text;
  }
  return undefined;
}
