import type { Json, JsonObject } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import type { Lock, Metadata } from './chart.ts';

/** Chart.yaml as Helm writes it. Version 1 has its dependencies in requirements.yaml. */
export function metadataText(metadata: Metadata): string {
  const { dependencies, ...rest } = metadata;
  const written = metadata.apiVersion === 'v1' ? rest : { ...rest, dependencies };
  return stringify(withoutEmpty(written as unknown as JsonObject));
}

/** Chart.lock as Helm writes it. */
export function lockText({ generated, digest, dependencies }: Lock): string {
  return stringify({ generated, digest, dependencies: dependencies as unknown as Json });
}

/** What is empty is not written, but for the name and repository of a dependency, which are below. */
function withoutEmpty(fields: JsonObject): JsonObject {
  const isEmpty = (value: Json | undefined) =>
    value === undefined ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
