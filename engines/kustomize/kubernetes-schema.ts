import data from './kubernetes-1.21.json' with { type: 'json' };

/**
 * What strategic merge needs to know of a type: its fields that hold, at some depth, a list that is merged.
 * A field that is not listed is a plain value, or a map or list without merge keys.
 */
export type MergeType = { readonly [field: string]: MergeField };

export interface MergeField {
  /** The type of the field's value, or of the items of a list or the values of a map. */
  type?: MergeType | undefined;
  in?: 'list' | 'map';
  /** Merge keys of a list that is merged; none: a merged list of scalars. */
  keys?: readonly string[];
}

interface RawField {
  type?: string;
  in?: string;
  keys?: string[];
}

/** Merge keys and scopes by kind. */
export interface MergeSchema {
  typeOf(apiVersion: string, kind: string): MergeType | undefined;
  isClusterScoped(apiVersion: string, kind: string): boolean;
}

/**
 * kustomize carries the OpenAPI document of Kubernetes 1.21 for merge keys and scopes; newer kinds are to
 * it like custom resources. This is the part of that document that decides how a build turns out.
 */
export const kubernetesSchema: MergeSchema = load();

function load(): MergeSchema {
  const raw = data.types as Record<string, Record<string, RawField>>;
  const types = new Map<string, Record<string, MergeField>>(Object.keys(raw).map(name => [name, {}]));
  for (const [name, fields] of Object.entries(raw)) {
    const type = types.get(name)!;
    for (const [field, { type: of, in: shape, keys }] of Object.entries(fields)) {
      type[field] = {
        type: of === undefined ? undefined : types.get(of),
        ...(shape === 'list' || shape === 'map' ? { in: shape } : {}),
        ...(keys ? { keys } : {}),
      };
    }
  }
  const kinds = data.kinds as Record<string, string>;
  const clusterScoped = new Set(data.clusterScoped);
  return {
    typeOf: (apiVersion, kind) => types.get(kinds[`${apiVersion}/${kind}`] ?? ''),
    isClusterScoped: (apiVersion, kind) => clusterScoped.has(`${apiVersion}/${kind}`),
  };
}
