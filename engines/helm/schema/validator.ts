import type { Value } from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { Compiler } from './compile.ts';
import { type ResolveSchema, SchemaDocuments } from './documents.ts';
import { type Failure, failureText } from './failure.ts';
import { lookUpPointer } from './pointer.ts';
import type { SchemaDocument } from './resource.ts';
import type { Schema } from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { validate } from './validate.ts';

/** Where Helm says that the schema of a chart is. */
export const schemaUrl = 'file:///values.schema.json';

/** What a value fails of a schema; nothing if it meets it. */
export type Validator = (value: Value) => Failure[];

/**
 * A schema made ready, with all that it refers to.
 * @throws SchemaError for one that its metaschema refuses, and for references to nothing.
 */
export function compileSchema(schema: Json, resolve: ResolveSchema): Validator {
  const documents = new SchemaDocuments(resolve, requireValid);
  const document = documents.add(schemaUrl, schema);
  const compiled = new Compiler(documents).compile({ document, pointer: '' });
  return value => validate(compiled, value);
}

const metaschemas = new Map<string, Schema>();

/** The schema of schemas of a draft; these never change. */
function metaschema(url: string): Schema {
  let schema = metaschemas.get(url);
  if (schema === undefined) {
    const documents = new SchemaDocuments(
      () => undefined,
      () => {},
    );
    schema = new Compiler(documents).compile({ document: documents.load(url), pointer: '' });
    metaschemas.set(url, schema);
  }
  return schema;
}

function requireValid(document: SchemaDocument, pointer: string): void {
  const { url } = document.resourceAt(pointer).draft;
  const failures = validate(metaschema(url), lookUpPointer(document.value, pointer)!);
  if (failures.length === 0) return;
  throw new SchemaError(
    `"${document.url}#${pointer}" is not valid against metaschema: jsonschema validation failed with '${url}#'\n${failureText(failures)}`,
  );
}
