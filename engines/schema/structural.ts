import { isObject, type Json, type JsonObject } from '@millrace/json';
import { describeFieldErrors, type FieldError } from './field-error.ts';
import { kubernetes } from './kubernetes.ts';
import { type Schema, schemaNode } from './schema.ts';
import { checkDefaults } from './structural-defaults.ts';
import { checkOpenApi } from './structural-openapi.ts';
import { checkStructure } from './structural-rules.ts';

/** A custom resource's schema breaks the rules; `errors` are the causes of the API's answer (422, Invalid). */
export class NotStructural extends Error {
  override name = 'NotStructural';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(describeFieldErrors(errors));
    this.errors = errors;
  }
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * The schema of a custom resource from `openAPIV3Schema`, with the fields that every object has. `path` stands
 * before the paths in errors, e.g. `spec.versions[0].schema.openAPIV3Schema`.
 * Throws NotStructural with every error found.
 *
 * Source of the rule: Kubernetes, "Specifying a structural schema", and the validation of CustomResourceDefinitions.
 */
export function fromStructural(openAPIV3Schema: Json, path = 'openAPIV3Schema'): Schema {
  const errors = checkStructural(openAPIV3Schema, path);
  if (errors.length > 0) throw new NotStructural(errors);
  return build(openAPIV3Schema as JsonObject);
}

function build(openAPIV3Schema: JsonObject): Schema {
  const raw = { ...openAPIV3Schema, 'x-kubernetes-embedded-resource': true };
  return schemaNode(raw, noReferences, { children: fieldsAndMetadata });
}

/** What is wrong with a custom resource's schema, without building it. */
export function checkStructural(openAPIV3Schema: Json, path: string): FieldError[] {
  if (!isObject(openAPIV3Schema)) return checkOpenApi(openAPIV3Schema, path);
  const structure = checkStructure(openAPIV3Schema, path);
  const values = structure.length > 0 ? [] : checkDefaults(build(openAPIV3Schema), path);
  return [...structure, ...values, ...checkOpenApi(openAPIV3Schema, path)];
}

/**
 * The schema for custom resources whose definition has none or preserves everything: whatever is not metadata is
 * kept.
 */
export function anyObject(): Schema {
  return (anything ??= fromStructural({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }));
}

let anything: Schema | undefined;

function noReferences(ref: string): never {
  throw new RangeError(`structural schemas have no references, but ${ref} is one`);
}

/** Whole objects have apiVersion, kind and the known metadata, whatever their schema says of it. */
function fieldsAndMetadata(
  raw: JsonObject,
  child: (raw: Json) => Schema,
): Record<string, Schema> | undefined {
  const declared = isObject(raw.properties) ? raw.properties : undefined;
  const embedded = raw['x-kubernetes-embedded-resource'] === true;
  if (!declared && !embedded) return undefined;
  const fields: Record<string, Schema> = Object.create(null);
  for (const name in declared) {
    if (!embedded || name !== 'metadata') fields[name] = child(declared[name] as Json);
  }
  if (!embedded) return fields;
  fields.apiVersion ??= child({ type: 'string' });
  fields.kind ??= child({ type: 'string' });
  fields.metadata = metadata(declared?.metadata);
  return fields;
}

/** A schema may restrict name and generateName, nothing else of metadata. */
function metadata(restrictions: Json | undefined): Schema {
  const known = kubernetes.definition(objectMeta);
  const restricted =
    isObject(restrictions) && isObject(restrictions.properties) ? restrictions.properties : {};
  const properties = { ...(known.raw.properties as JsonObject) };
  let changed = false;
  for (const name of ['name', 'generateName']) {
    if (!isObject(restricted[name])) continue;
    properties[name] = { ...restricted[name], type: 'string' };
    changed = true;
  }
  if (!changed) return known;
  return schemaNode(
    { ...known.raw, properties },
    ref => kubernetes.definition(ref.slice('#/definitions/'.length)),
    {
      definition: objectMeta,
    },
  );
}
