import { isObject, type Json, type JsonObject, put } from '@millrace/json';

/**
 * How the values of maps were written where that is not how they are printed: 1.10, 0x10, True, ~. kustomize
 * works on the text of a scalar and decides only at the end what it stands for, so a number that becomes part
 * of a string goes there as it was written.
 */
export class Spellings {
  readonly #written = new Map<JsonObject, Map<string, { value: Json; text: string }>>();

  get isEmpty(): boolean {
    return this.#written.size === 0;
  }

  note(map: JsonObject, key: string, text: string): void {
    const value = map[key] as Json;
    if (value !== null && String(value) === text) return;
    const texts = this.#written.get(map) ?? new Map();
    this.#written.set(map, texts.set(key, { value, text }));
  }

  /** The text of a value: as it was written, if that is known and still what stands there. */
  textOf(map: Json, key: string): string {
    if (!isObject(map)) return '';
    const value = map[key] ?? null;
    const written = this.#written.get(map)?.get(key);
    if (written?.value === value) return written.text;
    return value === null ? '' : String(value);
  }

  /** Annotations are strings, whatever was written: kustomize sets those of every object anew. */
  writeAnnotations(object: JsonObject, keep?: (value: Json | undefined) => boolean): void {
    const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined;
    if (!isObject(annotations)) return;
    for (const key in annotations)
      if (keep?.(annotations[key]) !== true) put(annotations, key, this.textOf(annotations, key));
  }
}
