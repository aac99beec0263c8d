import type { Value } from '@millrace/go-template';
import { jsonKind } from '@millrace/go-template';
import { readYaml, YamlTextError } from '../render/yaml-text.ts';

/** What Helm looks at in a manifest; what is missing is ''. */
export interface ManifestHead {
  apiVersion: string;
  kind: string;
  name: string;
  annotations: { [key: string]: string };
}

/** A rendered document that is no manifest. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * The head of a manifest. Throws ManifestError in Helm's words: the document is no YAML, or a field of the head is of a
 * kind that it cannot be.
 */
export function readHead(file: string, document: string): ManifestHead {
  try {
    return headOf(readYaml(document));
  } catch (error) {
    if (!(error instanceof YamlTextError || error instanceof Mismatch)) throw error;
    throw new ManifestError(`YAML parse error on ${file}: ${error.message}`, { cause: error });
  }
}

/** A value that does not fit a field, as encoding/json says it. */
class Mismatch extends Error {
  constructor(value: Value, field: string, type: string) {
    const into = field === '' ? `value of type ${type}` : `struct field ${field} of type ${type}`;
    super(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go ${into}`,
    );
  }
}

const metadataType =
  'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }';

function headOf(value: Value): ManifestHead {
  const head = record(value, '', 'util.SimpleHead');
  const metadata = record(field(head, 'metadata'), 'SimpleHead.metadata', metadataType);
  const annotations = record(field(metadata, 'annotations'), '.metadata.annotations', 'map[string]string');
  return {
    apiVersion: text(field(head, 'apiVersion'), 'SimpleHead.apiVersion'),
    kind: text(field(head, 'kind'), 'SimpleHead.kind'),
    name: text(field(metadata, 'name'), '.metadata.name'),
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, item]) => [key, text(item, '.metadata.annotations')]),
    ),
  };
}

type Fields = { [key: string]: Value };

function record(value: Value, path: string, type: string): Fields {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Mismatch(value, path, type);
  return value as Fields;
}

/** encoding/json takes a key in other letter case for the field if the key itself is not there. */
function field(fields: Fields, name: string): Value {
  if (Object.hasOwn(fields, name)) return fields[name];
  const key = Object.keys(fields).findLast(other => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : fields[key];
}

/** sigs.k8s.io/yaml turns scalars into strings where a field is one. */
function text(value: Value, path: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') throw new Mismatch(value, path, 'string');
  return String(value);
}
