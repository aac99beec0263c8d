import { isObject, type JsonObject } from '@millrace/json';

/** Labels and a namespace for a manifest; what it has already stays. */
export interface Marks {
  labels: Record<string, string>;
  namespace?: string;
}

/** The manifest with what all of its kind have in common. */
export function marked(manifest: JsonObject, { labels, namespace }: Marks): JsonObject {
  const metadata = isObject(manifest.metadata) ? manifest.metadata : {};
  return {
    ...manifest,
    metadata: {
      ...metadata,
      labels: { ...(isObject(metadata.labels) ? metadata.labels : {}), ...labels },
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
}
