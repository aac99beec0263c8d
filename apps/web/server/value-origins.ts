import type { Values } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { mask, masked, maskedJson } from '@millrace/masking';
import type { OwnedYaml } from '../model/owned-yaml.ts';
import { heldIn } from './field-owners.ts';
import { yamlOf } from './owned-yaml.ts';
import { plainValues } from './plain-values.ts';

/** One of the places that values come from. */
export interface ValueLayer {
  /** `Secret podinfo-values, key values.yaml`. */
  name: string;
  isSecret: boolean;
  values: Values;
}

/** The values of a release, and what they are made of: later layers over earlier ones. */
export interface ValuesFound {
  layers: ValueLayer[];
  merged: Values;
  /** What Secrets hold that may stand in others of them, the longest first. */
  secrets: readonly string[];
  /** Layers that could not be read, and why. */
  unread: string[];
}

/** The merged values with where each of them comes from. Values of Secrets are masked. */
export function valuesYaml({ layers, merged, secrets }: ValuesFound): OwnedYaml {
  const sources = layers.map(({ values, isSecret }) => ({ values: plainValues(values), isSecret }));
  const held: JsonObject[] = layers.map(() => ({}));
  const shown = shownMap(plainValues(merged), sources, held, secrets);
  const managers = layers.map(({ name }) => ({ name, operation: '', subresource: '', at: '' }));
  return yamlOf(shown, managers, held.map(heldIn));
}

interface Source {
  /** What a layer has at some place; undefined where it has nothing there. */
  values: Json | undefined;
  isSecret: boolean;
}

function shownMap(
  map: JsonObject,
  sources: Source[],
  held: (JsonObject | undefined)[],
  secrets: readonly string[],
): JsonObject {
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(map)) {
    const inside = sources.map(source => ({ ...source, values: fieldOf(source.values, key) }));
    const name = `f:${key}`;
    if (isObject(value) && Object.keys(value).length > 0) {
      const below = inside.map(({ values }) => (values === undefined ? undefined : {}));
      shown[masked(key, secrets)] = shownMap(value, inside, below, secrets);
      for (const [i, one] of below.entries())
        if (one && held[i] && Object.keys(one).length > 0) held[i][name] = one;
      continue;
    }
    const owner = inside.findLastIndex(({ values }) => values !== undefined);
    if (owner >= 0 && held[owner]) held[owner][name] = {};
    shown[masked(key, secrets)] = inside[owner]?.isSecret ? mask : maskedJson(value, secrets);
  }
  return shown;
}

const fieldOf = (values: Json | undefined, key: string): Json | undefined =>
  isObject(values) && Object.hasOwn(values, key) ? values[key] : undefined;

/**
 * The values of an older release without what Secrets have given: what stands where a Secret gives a value now. Where not
 * all Secrets could be read, what no other layer gives is hidden.
 */
export function secretValuesIn(config: Values | undefined, { layers, unread }: ValuesFound): Json[] {
  const sources = layers.map(({ values, isSecret }) => ({ values: plainValues(values), isSecret }));
  const found: Json[] = [];
  collect(plainValues(config), sources, unread.length > 0, found);
  return found;
}

function collect(value: Json, sources: Source[], isDoubtful: boolean, found: Json[]): void {
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [key, field] of Object.entries(value)) {
      const inside = sources.map(source => ({ ...source, values: fieldOf(source.values, key) }));
      collect(field as Json, inside, isDoubtful, found);
    }
    return;
  }
  const given = sources.filter(({ values }) => values !== undefined);
  const isPlain = given.some(({ values, isSecret }) => !isSecret && sameJson(values, value));
  if (given.some(({ isSecret }) => isSecret) || (isDoubtful && !isPlain)) found.push(value);
}

const sameJson = (a: Json | undefined, b: Json) => JSON.stringify(a) === JSON.stringify(b);
