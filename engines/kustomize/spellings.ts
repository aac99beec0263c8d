import { isObject, type Json, type JsonObject } from '@millrace/json';

/**
 * How the values of maps were written where that is not how they are printed: 1.10, 0x10, True, ~. kustomize
 * works on the text of a scalar and decides only at the end what it stands for, so a number that becomes part
 * of a string goes there as it was written.
 */
export class Spellings {
  readonly #texts = new Map<JsonObject, Map<string, string>>();

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }

  note(map: JsonObject, key: string, text: string): void {
    if (String(map[key]) === text) return;
    const texts = this.#texts.get(map);
    if (texts === undefined) this.#texts.set(map, new Map([[key, text]]));
    else texts.set(key, text);
  }

  /** The text of a value: as it was written, if that is known. */
  textOf(map: Json, key: string): string {
    const value = isObject(map) ? map[key] : undefined;
    const written = isObject(map) && typeof value !== 'string' ? this.#texts.get(map)?.get(key) : undefined;
    return written ?? (value === undefined || value === null ? '' : String(value));
  }

  /** Annotations are strings, whatever was written: kustomize sets those of every object anew. */
  writeAnnotations(object: JsonObject): void {
    const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined;
    if (!isObject(annotations)) return;
    for (const key in annotations)
      if (typeof annotations[key] !== 'string') annotations[key] = this.textOf(annotations, key);
  }
}
