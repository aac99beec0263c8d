import type { Json } from '@millrace/json';
import type { Cursor } from './cursor.ts';
import type { ListMaker, Maker, MapMaker } from './maker.ts';
import { ObjectBuilder } from './object-builder.ts';
import { scalarValue } from './properties.ts';

/** Makes plain values. */
export const jsonMaker: Maker<Json> = {
  scalar: scalarValue,
  value: value => value,
  toJson: value => value,
  map: cursor => new JsonMap(cursor),
  list: () => new JsonList(),
};

class JsonMap implements MapMaker<Json> {
  readonly #cursor: Cursor;
  readonly #builder: ObjectBuilder;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#builder = new ObjectBuilder(cursor);
  }

  add(key: string, value: Json, at: number): void {
    if (this.#builder.add(key, value, at)) this.#cursor.tellOfPlainValue(this.#builder.object, key, value);
  }

  merge(value: Json, at: number): void {
    this.#builder.merge(value, at);
  }

  build(): Json {
    return this.#builder.build();
  }
}

class JsonList implements ListMaker<Json> {
  readonly #list: Json[] = [];

  add(item: Json): void {
    this.#list.push(item);
  }

  build(): Json {
    return this.#list;
  }
}
