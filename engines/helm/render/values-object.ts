import { type GoMap, GoObject, goFunction, quote, type Value } from '@millrace/go-template';
import { tableAt, valueAt } from '../values/table.ts';
import { toYaml } from './yaml-text.ts';

/** A map as Helm's type common.Values, which templates tell from a plain one by `%T` and its methods. */
export function valuesObject(map: GoMap): GoObject {
  return new GoObject({ type: 'common.Values', kind: 'map', base: map, methods: methodsOf(map) });
}

/** A path of values that leads nowhere. */
class NoEntry extends Error {}

function methodsOf(map: GoMap) {
  return {
    AsMap: goFunction([], () => map, 'map[string]interface {}'),
    PathValue: goFunction(['string'], path => requiredValue(map, path)),
    Table: goFunction(
      ['string'],
      path => {
        const found = tableAt(map, path);
        if ('missing' in found) throw new NoEntry(`${quote(found.missing)} is not a table`);
        return valuesObject(found.table);
      },
      'common.Values',
    ),
    YAML: goFunction([], () => `${toYaml(map)}\n`, 'string'),
  };
}

function requiredValue(map: GoMap, path: string): Value {
  if (path === '') throw new NoEntry('YAML path cannot be empty');
  const found = valueAt(map, path);
  if (found === undefined)
    throw new NoEntry(`${quote(path.slice(path.lastIndexOf('.') + 1))} is not a value`);
  return found;
}
