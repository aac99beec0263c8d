import type { Json } from '@millrace/json';
import file from './kubernetes/go-fields.json' with { type: 'json' };
import type { Schema } from './schema.ts';

/** How the Go type of a definition writes its fields; what is not said here is omitted when empty. */
export type GoFields = {
  /** Fields that are always written, with what stands for nothing. */
  readonly always?: Readonly<Record<string, Json>>;
  /** Scalars, lists and maps that are kept when empty, because they are pointers. */
  readonly keep?: readonly string[];
  /** Named Go types of scalar fields, which errors mention. */
  readonly types?: Readonly<Record<string, string>>;
};

const fields = file as unknown as Readonly<Record<string, GoFields>>;
const none: GoFields = {};

/**
 * Facts about the Go types of k8s.io/api, apiextensions and kube-aggregator v0.36, by reflection: they decide how
 * an object of a built-in kind looks once the API server has decoded and encoded it.
 */
export function goFieldsOf(schema: Schema): GoFields {
  return schema.definition === undefined ? none : (fields[schema.definition] ?? none);
}
