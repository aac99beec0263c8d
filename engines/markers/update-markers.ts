import { get, isObject, type Json } from '@millrace/json';
import { type PlacedDocument, type PlacedScalar, parsePlaces, YamlError } from '@millrace/yaml';
import { countBefore } from './count-before.ts';
import { markerWord, setterOf } from './marker.ts';
import type { Setters } from './setters.ts';
import { targetOf } from './target.ts';
import { rewritten } from './write-scalar.ts';

/** Names the object of a file in which something was changed; a field that it lacks is empty. */
export interface ObjectId {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
}

export interface Change {
  object: ObjectId;
  /** As the marker names it: `ns:policy`, `ns:policy:tag`, ... */
  setter: string;
  old: string;
  new: string;
}

export interface Updated {
  text: string;
  changes: Change[];
}

/** A file with markers that cannot be read, with the reason. */
export class MarkersError extends Error {
  override readonly name = 'MarkersError';
}

/**
 * The text of a YAML file in which every marked value is what its policy says. Only the bytes of those values are
 * changed; where none of them is another, the text is the same. A marker that names no setter is no marker.
 * @throws MarkersError for a text with markers that is no YAML, or holds a document that is no map: upstream leaves such
 * files alone.
 */
export function updateMarkers(text: string, setters: Setters, source?: string): Updated {
  const unchanged = { text, changes: [] };
  if (!text.includes(markerWord)) return unchanged;
  const places = parse(text, source);
  const parts: string[] = [];
  const changes: Change[] = [];
  let at = 0;
  for (const [scalar, setter] of markedScalars(text, places)) {
    const value = setters.get(setter);
    if (value === undefined || value === scalar.text) continue;
    parts.push(text.slice(at, scalar.start), rewritten(text, scalar, value));
    at = scalar.end;
    changes.push({ object: objectAt(places.documents, scalar.start), setter, old: scalar.text, new: value });
  }
  return changes.length === 0 ? unchanged : { text: parts.join('') + text.slice(at), changes };
}

function parse(text: string, source: string | undefined) {
  try {
    const places = parsePlaces(text, { source });
    const odd = places.documents.find(({ value }) => !isObject(value) && !isNothing(value));
    if (!odd) return places;
    const line = text.slice(0, odd.start).split('\n').length;
    throw new MarkersError(
      `the document in line ${line} is no mapping: markers in its file are not followed`,
    );
  } catch (cause) {
    if (cause instanceof YamlError) throw new MarkersError(cause.message, { cause });
    throw cause;
  }
}

const isNothing = (value: Json) => value === null || value === 'null' || value === '~';

/** In their order; of two comments that mark one value, the one behind it counts. */
function markedScalars(text: string, places: ReturnType<typeof parsePlaces>): Map<PlacedScalar, string> {
  const marked: [PlacedScalar, string][] = [];
  places.comments.forEach(({ start, end }, index) => {
    const setter = setterOf(text.slice(start, end));
    const scalar = setter === undefined ? undefined : targetOf(text, places, index);
    if (setter !== undefined && scalar) marked.push([scalar, setter]);
  });
  return new Map(marked.sort(([a], [b]) => a.start - b.start));
}

/** The object that holds a place: its document, or the item where the file is one List. */
function objectAt(documents: readonly PlacedDocument[], at: number): ObjectId {
  const document = documents[countBefore(documents, at + 1, ({ start }) => start) - 1];
  const value = document?.value ?? null;
  if (documents.length > 1 || !isObject(value) || !isList(get(value, 'kind'))) return idOf(value);
  const item = countBefore(document!.items, at, start => start) - 1;
  return idOf((Array.isArray(value.items) ? value.items[item] : undefined) ?? value);
}

/** Kinds whose items kyaml takes for objects of their own. */
const isList = (kind: Json | undefined) => kind === 'List' || kind === 'ResourceList';

function idOf(value: Json): ObjectId {
  const object = isObject(value) ? value : {};
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const text = (one: Json | undefined) => (typeof one === 'string' ? one : '');
  return {
    apiVersion: text(object.apiVersion),
    kind: text(object.kind),
    namespace: text(metadata.namespace),
    name: text(metadata.name),
  };
}
