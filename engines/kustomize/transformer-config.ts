import { BuildError } from './build-error.ts';
import type { FieldSpec } from './field-spec.ts';
import * as builtIn from './field-specs.ts';
import { selects } from './gvk.ts';
import { builtInReferences, type ReferenceRule } from './reference-rules.ts';
import { builtInVarReferences } from './var-references.ts';

/** The fields that each transformer works on: kustomize's own, and those that `configurations` and `crds` add. */
export interface TransformerConfig {
  namePrefix: FieldSpec[];
  nameSuffix: FieldSpec[];
  namespace: FieldSpec[];
  commonLabels: FieldSpec[];
  templateLabels: FieldSpec[];
  labels: FieldSpec[];
  commonAnnotations: FieldSpec[];
  nameReference: ReferenceRule[];
  varReference: FieldSpec[];
  images: FieldSpec[];
  replicas: FieldSpec[];
}

export const fieldSpecLists = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'templateLabels',
  'labels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const;

export const defaultConfig: TransformerConfig = {
  namePrefix: builtIn.names,
  nameSuffix: builtIn.names,
  namespace: builtIn.namespace,
  commonLabels: builtIn.commonLabels,
  templateLabels: builtIn.templateLabels,
  labels: [],
  commonAnnotations: builtIn.commonAnnotations,
  nameReference: builtInReferences,
  varReference: builtInVarReferences,
  images: builtIn.images,
  replicas: builtIn.replicas,
};

export const emptyConfig: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  templateLabels: [],
  labels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

/** Both configurations in one; a field that both have is there once. */
export function mergeConfig(base: TransformerConfig, more: TransformerConfig): TransformerConfig {
  if (base === more || more === emptyConfig) return base;
  if (base === emptyConfig) return more;
  const merged = { ...base, nameReference: mergeReferences(base.nameReference, more.nameReference) };
  for (const list of fieldSpecLists) merged[list] = mergeSpecs(base[list], more[list]);
  return merged;
}

/** Adds specs; one that an existing spec with the same path answers for is there already. */
export function mergeSpecs(base: FieldSpec[], more: FieldSpec[]): FieldSpec[] {
  if (base === more || more.length === 0) return base;
  const merged = [...base];
  const byPath = Map.groupBy(base, spec => spec.path);
  for (const spec of more) {
    const samePath = byPath.get(spec.path) ?? [];
    const known = samePath.find(other => selects(spec, other));
    if (known !== undefined && known.create !== spec.create) {
      throw new BuildError(`two field specs for ${spec.path} differ in "create"`);
    }
    if (known !== undefined) continue;
    byPath.set(spec.path, [...samePath, spec]);
    merged.push(spec);
  }
  return merged;
}

function mergeReferences(base: ReferenceRule[], more: ReferenceRule[]): ReferenceRule[] {
  if (base === more || more.length === 0) return base;
  const merged = new Map<string, ReferenceRule>();
  // One file may have several rules for a target, too.
  for (const rule of [...base, ...more]) {
    const known = merged.get(targetKey(rule));
    const referrers = known === undefined ? rule.referrers : mergeSpecs(known.referrers, rule.referrers);
    merged.set(targetKey(rule), { target: rule.target, referrers });
  }
  return [...merged.values()];
}

function targetKey({ target }: ReferenceRule): string {
  return `${target.group}|${target.version}|${target.kind}`;
}
