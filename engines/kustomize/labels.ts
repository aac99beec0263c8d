import { isObject, type Json, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { type FieldSpec, setField } from './field-spec.ts';
import type { Label } from './kustomization.ts';
import type { ResourceList } from './resource-list.ts';
import { mergeSpecs, type TransformerConfig } from './transformer-config.ts';

const metadataLabels: FieldSpec = { group: '', version: '', kind: '', path: 'metadata/labels', create: true };

/** The fields that an entry of `labels` writes to. */
export function labelFields(label: Label, config: TransformerConfig): FieldSpec[] {
  const own = mergeSpecs(label.fields, config.labels);
  if (label.includeSelectors) return mergeSpecs(own, config.commonLabels);
  const withTemplates = label.includeTemplates ? mergeSpecs(own, config.templateLabels) : own;
  return mergeSpecs(withTemplates, [metadataLabels]);
}

/** Sets labels or annotations in every field of `specs` that a resource has, or is to have. */
export function setPairs(list: ResourceList, pairs: Record<string, string>, specs: FieldSpec[]): void {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return;
  const set = (value: Json | undefined): Json => {
    if (value !== undefined && value !== null && !isObject(value))
      throw new BuildError('a map is expected here');
    const map = value ?? {};
    for (const [key, text] of entries) put(map, key, text);
    return map;
  };
  for (const resource of list.resources) for (const spec of specs) setField(resource, spec, set);
}
