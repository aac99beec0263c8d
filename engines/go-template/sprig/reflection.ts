import { contextFunction, goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { deepEqual } from './deep-equal.ts';
import { dynamicKind, dynamicType } from './go-value.ts';

/** Questions about types and kinds, in Go's names. */
export const reflection: Record<string, TemplateFunction> = {
  typeOf: goFunction(['interface {}'], dynamicType),
  typeIs: goFunction(['string', 'interface {}'], (type, value) => type === dynamicType(value)),
  typeIsLike: goFunction(['string', 'interface {}'], (type, value) =>
    [type, `*${type}`].includes(dynamicType(value)),
  ),
  kindOf: goFunction(['interface {}'], dynamicKind),
  kindIs: goFunction(['string', 'interface {}'], (kind, value) => kind === dynamicKind(value)),
  deepEqual: contextFunction(['interface {}', 'interface {}'], deepEqual),
};
