import { GoObject, kindOf, type Value } from '../value.ts';
import { noFlags } from './flags.ts';
import { floatText } from './float.ts';
import { printArgument } from './print-value.ts';

/** A value as %v prints it. */
export function printed(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value))
    return (value < 0 || Object.is(value, -0) ? '-' : '') + floatText(Math.abs(value), 'g', -1);
  return printArgument(noFlags(), value, 'v');
}

/** What an action prints of a value: a pointer is followed, and no value has a text of its own. */
export function shown(value: Value): Value {
  if (value === undefined || value === null) return '<no value>';
  if (value instanceof GoObject && value.shape.pointer?.text) return value.shape.pointer.text();
  if (!(value instanceof GoObject) || value.shape.kind !== 'ptr' || value.shape.text) return value;
  return new GoObject({ ...value.shape, kind: 'struct', type: value.shape.type.slice(1) });
}

/** fmt.Sprint: a space between two neighbours of which neither is a string. */
export function sprint(args: readonly Value[]): string {
  let out = '';
  let afterString = true;
  for (const arg of args) {
    // A named string type counts as well: Go asks for the kind.
    const isString = kindOf(arg) === 'string';
    if (!isString && !afterString) out += ' ';
    out += printed(arg);
    afterString = isString;
  }
  return out;
}

/** fmt.Sprintln: a space between all, a newline at the end. */
export function sprintln(args: readonly Value[]): string {
  return `${args.map(printed).join(' ')}\n`;
}
