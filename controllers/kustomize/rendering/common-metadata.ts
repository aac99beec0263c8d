import type { Kustomization } from '@millrace/api';
import { isObject, type JsonObject } from '@millrace/json';

/** The object with the labels and annotations of spec.commonMetadata, which win over its own. */
export function withCommonMetadata(
  object: JsonObject,
  common: Kustomization['spec']['commonMetadata'],
): JsonObject {
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
