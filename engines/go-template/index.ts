export { byteLength, compareStrings, fromBytes, runeCount, toBytes } from './byte-string.ts';
export { LimitError, stackExhausted, TemplateError, type TemplatePlace } from './error.ts';
export { printed, sprint, sprintln } from './fmt/print.ts';
export { sprintf } from './fmt/printf.ts';
export { contextFunction, contextVariadicFunction, goFunction, variadicFunction } from './function.ts';
export {
  JsonMarshalError,
  type JsonValue,
  jsonValue,
  type MarshalOptions,
  marshalJson,
} from './json/marshal.ts';
export {
  JsonUnmarshalError,
  jsonKind,
  listOf,
  mapOf,
  unmarshalJson,
  unmarshalJsonList,
  unmarshalJsonMap,
} from './json/unmarshal.ts';
export type { Delimiters } from './lex.ts';
export { Budget, defaultLimits, type ExecuteOptions, type Limits, type MissingKey } from './limits.ts';
export { ParseCache } from './parse-cache.ts';
export { quote, unquote } from './quote.ts';
export { sortedEntries, sortedKeys } from './sorted-entries.ts';
export { parseFloat64 } from './sprig/cast.ts';
export { execute, parseTemplate, TemplateSet, type TemplateSetOptions } from './template-set.ts';
export { durationObject, durationText, inUnits, parseDuration, roundDuration } from './time/duration.ts';
export {
  type CallableSet,
  type CallContext,
  GoInt,
  type GoMap,
  GoObject,
  type GoShape,
  goInt,
  type IntegerKind,
  integerOf,
  isObjectMap,
  isTrue,
  isTypedNil,
  isUnsigned,
  type Kind,
  kindOf,
  TemplateFunction,
  typedNil,
  typeName,
  underlying,
  type Value,
  withType,
} from './value.ts';
