/** A version of JSON Schema, as a number that orders them. */
export type DraftVersion = 4 | 6 | 7 | 2019 | 2020;

export interface Draft {
  version: DraftVersion;
  /** The URL of its metaschema. */
  url: string;
  /** The keyword that gives a schema a URL of its own. */
  id: 'id' | '$id';
  /** Keywords whose value is a schema; a list of schemas where it may be one; a map of schemas. */
  schemas: readonly string[];
  lists: readonly string[];
  maps: readonly string[];
}

const draft4: Draft = {
  version: 4,
  url: 'http://json-schema.org/draft-04/schema',
  id: 'id',
  schemas: ['not', 'additionalProperties', 'items', 'additionalItems'],
  lists: ['allOf', 'anyOf', 'oneOf', 'items'],
  maps: ['definitions', 'properties', 'patternProperties', 'dependencies'],
};
const draft6: Draft = {
  ...draft4,
  version: 6,
  url: 'http://json-schema.org/draft-06/schema',
  id: '$id',
  schemas: [...draft4.schemas, 'propertyNames', 'contains'],
};
const draft7: Draft = {
  ...draft6,
  version: 7,
  url: 'http://json-schema.org/draft-07/schema',
  schemas: [...draft6.schemas, 'if', 'then', 'else'],
};
const draft2019: Draft = {
  ...draft7,
  version: 2019,
  url: 'https://json-schema.org/draft/2019-09/schema',
  schemas: [...draft7.schemas, 'unevaluatedProperties', 'unevaluatedItems', 'contentSchema'],
  maps: [...draft7.maps, '$defs', 'dependentSchemas'],
};
const draft2020: Draft = {
  ...draft2019,
  version: 2020,
  url: 'https://json-schema.org/draft/2020-12/schema',
  lists: [...draft2019.lists, 'prefixItems'],
};

/** The one that a schema is of that does not say. */
export const latestDraft = draft2020;

const byUrl = new Map(
  [draft4, draft6, draft7, draft2019, draft2020].map(draft => [withoutScheme(draft.url), draft] as const),
).set('json-schema.org/schema', draft2020);

/** The draft that a `$schema` names; undefined for metaschemas of others. */
export function draftNamed(url: string): Draft | undefined {
  return byUrl.get(withoutScheme(url.replace(/#$/, '')));
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '');
}
