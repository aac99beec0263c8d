import type { Library } from '../check/environment.ts';
import { celFunction, global } from '../check/function.ts';
import { map, parameter } from '../check/type.ts';
import {
  accumulator,
  BadMacro,
  collection,
  loop,
  type Macro,
  quantifier,
  uniqueness,
  variableOf,
} from '../syntax/macro.ts';
import { call, ident, type Node } from '../syntax/node.ts';
import type { GrowingEntries } from '../value/collection.ts';
import type { MapValue, Value } from '../value/value.ts';

const entries = map(parameter('K'), parameter('V'));

/** The names of key and value, which differ. Throws BadMacro. */
function variablesOf(args: readonly Node[]): string[] {
  const names = [variableOf(args[0]!), variableOf(args[1]!)];
  if (names[0] === names[1]) throw new BadMacro(args[1]!, `duplicate variable name: ${names[0]}`);
  return names;
}

function quantified(kind: 'all' | 'exists'): Macro {
  return (args, offset, range) => loop(range!, variablesOf(args), offset, quantifier(kind, args[2]!, offset));
}

const existsOne: Macro = (args, offset, range) =>
  loop(range!, variablesOf(args), offset, uniqueness(args[2]!, offset));

const transformList: Macro = (args, offset, range) =>
  loop(
    range!,
    variablesOf(args),
    offset,
    collection(args.at(-1)!, args.length === 4 ? args[2] : undefined, offset),
  );

/** A map of what is made of each entry: of its value, or of the entry as a whole. */
function transformed(isEntry: boolean): Macro {
  return (args, offset, range) => {
    const names = variablesOf(args);
    const soFar = ident(accumulator, offset);
    const made = args.at(-1)!;
    const inserted = call(
      'cel.@mapInsert',
      isEntry ? [soFar, made] : [soFar, ident(names[0]!, offset), made],
      offset,
    );
    return loop(range!, names, offset, {
      ...collection(made, undefined, offset),
      init: { kind: 'map', entries: [], offset },
      step: args.length === 4 ? call('_?_:_', [args[2]!, inserted, soFar], offset) : inserted,
    });
  };
}

function insert(into: GrowingEntries, key: Value, value: Value): MapValue {
  into.insert(key, value);
  return into;
}

/** Macros that see key and value. https://pkg.go.dev/github.com/google/cel-go/ext#TwoVarComprehensions */
export const comprehensionsLibrary: Library = {
  macros: new Map([
    ['.all/3', quantified('all')],
    ['.exists/3', quantified('exists')],
    ['.existsOne/3', existsOne],
    ['.exists_one/3', existsOne],
    ['.transformList/3', transformList],
    ['.transformList/4', transformList],
    ['.transformMap/3', transformed(false)],
    ['.transformMap/4', transformed(false)],
    ['.transformMapEntry/3', transformed(true)],
    ['.transformMapEntry/4', transformed(true)],
  ]),
  functions: [
    celFunction('cel.@mapInsert', [
      global([entries, parameter('K'), parameter('V')], entries, insert),
      global([entries, entries], entries, (into: GrowingEntries, more: MapValue) => {
        for (const key of more.keys()) insert(into, key, more.find(key)!);
        return into;
      }),
    ]),
  ],
};
