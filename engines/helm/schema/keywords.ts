import type { Json, JsonObject } from '@millrace/json';
import { ownValue } from './pointer.ts';
import type { JsonType, NumberRules } from './schema.ts';

const typeNames: readonly string[] = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

/** The keywords of a schema by the type that their value must have to count: others are passed over. */
export function keywords(schema: JsonObject) {
  const any = (keyword: string): Json | undefined => ownValue(schema, keyword);
  const text = (keyword: string): string | undefined => pick(any(keyword), 'string');
  const flag = (keyword: string): boolean | undefined => pick(any(keyword), 'boolean');
  const number = (keyword: string): number | undefined => pick(any(keyword), 'number');
  const whole = (keyword: string): number | undefined => {
    const value = number(keyword);
    return Number.isInteger(value) ? value : undefined;
  };
  const list = (keyword: string): Json[] | undefined => {
    const value = any(keyword);
    return Array.isArray(value) ? value : undefined;
  };
  const texts = (keyword: string): string[] | undefined => list(keyword)?.filter(isText);
  const map = (keyword: string): JsonObject | undefined => {
    const value = any(keyword);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  };
  /** The lists of texts in a map. */
  const textLists = (keyword: string): [string, string[]][] =>
    Object.entries(map(keyword) ?? {}).flatMap(([key, value]) =>
      Array.isArray(value) ? [[key, value.filter(isText)]] : [],
    );
  const types = (): ReadonlySet<JsonType> | undefined => {
    const value = any('type');
    const named = (Array.isArray(value) ? value : [value]).filter(
      one => isText(one) && typeNames.includes(one),
    );
    return named.length === 0 ? undefined : new Set(named as JsonType[]);
  };
  /** Draft 4 has `exclusiveMaximum: true` beside a maximum, later ones have a number. */
  const numbers = (): NumberRules => {
    const [noMaximum, noMinimum] = [flag('exclusiveMaximum') === true, flag('exclusiveMinimum') === true];
    return {
      maximum: noMaximum ? undefined : number('maximum'),
      exclusiveMaximum: noMaximum ? number('maximum') : number('exclusiveMaximum'),
      minimum: noMinimum ? undefined : number('minimum'),
      exclusiveMinimum: noMinimum ? number('minimum') : number('exclusiveMinimum'),
      multipleOf: number('multipleOf'),
    };
  };
  return { any, text, flag, whole, list, texts, map, textLists, types, numbers };
}

interface Picked {
  string: string;
  boolean: boolean;
  number: number;
}

function pick<K extends keyof Picked>(value: Json | undefined, type: K): Picked[K] | undefined {
  return typeof value === type ? (value as Picked[K]) : undefined;
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}
