import { isObject, type Json } from '@millrace/json';

/** What every file with markers has in it, as upstream screens files. */
export const markerWord = '"$imagepolicy"';

/**
 * The setter that a comment names: `ns:policy`, `ns:policy:tag`, ... Undefined for any other comment. A marker is a
 * JSON object of texts and nothing beside it (kyaml, fieldmeta: it is unmarshalled into a map of strings).
 * @param comment from its first #
 */
export function setterOf(comment: string): string | undefined {
  if (!comment.includes('$imagepolicy') && !comment.includes('\\u')) return undefined;
  const value = parsed(comment.replace(/^#+/, ''));
  if (!isObject(value)) return undefined;
  const isText = (one: Json | undefined) => typeof one === 'string' || one === null;
  const setter = Object.values(value).every(isText) ? value.$imagepolicy : undefined;
  return typeof setter === 'string' && setter !== '' ? setter : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
