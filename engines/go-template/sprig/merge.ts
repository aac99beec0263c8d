import { contextVariadicFunction } from '../function.ts';
import {
  type CallContext,
  type GoMap,
  isObjectMap,
  isTypedNil,
  type TemplateFunction,
  underlying,
} from '../value.ts';
import { isEmpty, putEntry } from './go-value.ts';

const map = 'map[string]interface {}';

/**
 * Put what the maps have into the first of them, and give that back. It is changed, and what it gets from others it
 * shares with them: mergo as Sprig calls it. An empty value counts as missing, but with `overwrite` only in maps.
 */
function merging(overwrite: boolean): TemplateFunction {
  return contextVariadicFunction([map], map, (context, first, ...sources) => {
    const isNilStill = isTypedNil(first) && sources.every(isTypedNil);
    const into = isTypedNil(first) && !isNilStill ? {} : first;
    for (const source of sources) mergeInto(context, into, source as unknown as GoMap, overwrite);
    return into;
  });
}

function mergeInto(context: CallContext, into: GoMap, from: GoMap, overwrite: boolean): void {
  for (const [key, value] of Object.entries(from)) {
    context.spend(4);
    if (value === null || value === undefined) {
      if (overwrite) putEntry(into, key, null);
      continue;
    }
    const present = Object.hasOwn(into, key) ? into[key] : undefined;
    const [inner, outer] = [underlying(value), underlying(present)];
    const areMaps = isObjectMap(inner) && isObjectMap(outer);
    if (areMaps) mergeInto(context, outer, inner, overwrite);
    if (areMaps && !isEmpty(present)) continue;
    if (overwrite || isEmpty(present)) putEntry(into, key, value);
  }
}

const merge = merging(false);
const mergeOverwrite = merging(true);

export const merges: Record<string, TemplateFunction> = {
  merge,
  mustMerge: merge,
  mergeOverwrite,
  mustMergeOverwrite: mergeOverwrite,
};
