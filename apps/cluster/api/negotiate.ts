import { notAcceptable } from './status.ts';

/** The shape in which objects are answered. */
export interface Representation {
  readonly as: 'Object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Of meta.k8s.io, for the shapes that are no plain objects. */
  readonly version: string;
  readonly yaml: boolean;
}

const plain: Representation = { as: 'Object', version: 'v1', yaml: false };
const shapes = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];

/** One clause of an Accept header. */
interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The clauses of an Accept header in the order of preference. */
export function parseAccept(header: string): Clause[] {
  return header
    .split(',')
    .map(clause => {
      const [type = '', ...parts] = clause.split(';').map(part => part.trim());
      const parameters = Object.fromEntries(parts.map(part => part.split('=', 2) as [string, string]));
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.q ?? 1) };
    })
    .sort((a, b) => b.quality - a.quality);
}

/**
 * The first shape of an Accept header that this server can answer. There is no protobuf here: clients that can speak
 * it name JSON as their second choice. Throws a 406 ApiError when nothing fits.
 * @param hasTable whether what is answered can be shown as a table
 */
export function negotiate(header: string | undefined, hasTable = true): Representation {
  if (!header) return plain;
  for (const { type, parameters } of parseAccept(header)) {
    const yaml = type === 'application/yaml';
    if (!yaml && type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    if (!parameters.as) return { ...plain, yaml };
    if (parameters.g !== 'meta.k8s.io' || !shapes.includes(parameters.as)) continue;
    if (parameters.as === 'Table' && !hasTable) continue;
    if (parameters.v !== 'v1' && parameters.v !== 'v1beta1') continue;
    return { as: parameters.as as Representation['as'], version: parameters.v, yaml: false };
  }
  throw notAcceptable(['application/json', 'application/yaml']);
}
