import { goFunction, variadicFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { isEmpty } from './go-value.ts';

/** Choosing between values by whether they are empty. */
export const defaults: Record<string, TemplateFunction> = {
  default: variadicFunction(['interface {}'], 'interface {}', (fallback, ...given) =>
    given.length === 0 || isEmpty(given[0]) ? fallback : given[0],
  ),
  empty: goFunction(['interface {}'], isEmpty),
  coalesce: variadicFunction(
    [],
    'interface {}',
    (...values) => values.find(value => !isEmpty(value)) ?? null,
  ),
  all: variadicFunction([], 'interface {}', (...values) => !values.some(isEmpty)),
  any: variadicFunction([], 'interface {}', (...values) => values.some(value => !isEmpty(value))),
  ternary: goFunction(['interface {}', 'interface {}', 'bool'], (yes, no, condition) =>
    condition ? yes : no,
  ),
};
