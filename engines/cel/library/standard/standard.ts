import type { Library } from '../../check/environment.ts';
import {
  anyType,
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  list,
  map,
  nullType,
  string,
  timestamp,
  typeOf,
  uint,
} from '../../check/type.ts';
import { standardMacros } from '../../syntax/macro.ts';
import { arithmetic } from './arithmetic.ts';
import { collections } from './collections.ts';
import { conversions } from './conversions.ts';
import { relations } from './relations.ts';
import { times } from './times.ts';

/** The language itself. https://github.com/google/cel-spec/blob/master/doc/langdef.md */
export const standardLibrary: Library = {
  macros: standardMacros,
  functions: [...arithmetic, ...relations, ...collections, ...conversions, ...times],
  types: [
    ...[bool, bytes, double, duration, int, nullType, string, timestamp, typeOf(), uint, anyType],
    list(dyn),
    map(dyn, dyn),
  ],
};
