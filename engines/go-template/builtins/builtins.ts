import { shown, sprint, sprintln } from '../fmt/print.ts';
import { sprintf } from '../fmt/printf.ts';
import { goFunction, variadicFunction } from '../function.ts';
import { goInt, isTrue, type TemplateFunction } from '../value.ts';
import { index, length, slice } from './access.ts';
import { eq, le, lt } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';

const any = 'reflect.Value';
const pair = [any, any] as const;

/** `and`, `or` and `call` evaluate their arguments in their own way: the compiler knows them by name. */
const special = variadicFunction([any], any, first => first);

/** The functions that every template has: text/template, section Functions. */
export const builtins: ReadonlyMap<string, TemplateFunction> = new Map([
  ['and', special],
  ['or', special],
  ['call', special],
  ['not', goFunction([any], value => !isTrue(value))],
  ['eq', variadicFunction([any], any, (first, ...others) => eq(first, others))],
  ['ne', goFunction(pair, (a, b) => !eq(a, [b]))],
  ['lt', goFunction(pair, lt)],
  ['le', goFunction(pair, le)],
  ['gt', goFunction(pair, (a, b) => !le(a, b))],
  ['ge', goFunction(pair, (a, b) => !lt(a, b))],
  ['index', variadicFunction([any], any, (item, ...keys) => index(item, keys))],
  ['slice', variadicFunction([any], any, (item, ...places) => slice(item, places))],
  ['len', goFunction([any], item => goInt(length(item)))],
  ['print', variadicFunction([], 'interface {}', (...args) => sprint(args))],
  ['printf', variadicFunction(['string'], 'interface {}', (format, ...args) => sprintf(format, args))],
  ['println', variadicFunction([], 'interface {}', (...args) => sprintln(args))],
  ['html', variadicFunction([], 'interface {}', (...args) => escapeHtml(sprint(args.map(shown))))],
  ['js', variadicFunction([], 'interface {}', (...args) => escapeJs(sprint(args.map(shown))))],
  ['urlquery', variadicFunction([], 'interface {}', (...args) => escapeQuery(sprint(args.map(shown))))],
]);
