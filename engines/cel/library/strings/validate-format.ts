import type { Checked } from '../../check/checked.ts';
import type { Kind } from '../../check/type.ts';
import type { ListNode, Node } from '../../syntax/node.ts';
import type { Problem } from '../../syntax/source.ts';
import { type Clause, clausesOf } from './clause.ts';
import { complaint } from './format.ts';

const printable: readonly Kind[] = [
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null',
];

const taken: Readonly<Record<Clause['verb'], readonly Kind[]>> = {
  s: printable,
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

/** Formats that are written out with their arguments, and do not go together with them. */
export function validateFormats(checked: Checked): Problem[] {
  const problems: Problem[] = [];
  for (const [node, { function: known, args }] of checked.calls) {
    const [text, values] = args;
    if (known.name !== 'format' || !node.target || values?.kind !== 'list') continue;
    if (text?.kind !== 'literal' || typeof text.value !== 'string') continue;
    const problem = problemOf(text.value, values, checked);
    if (problem) problems.push({ offset: problem.at?.offset ?? node.offset, message: problem.message });
  }
  return problems;
}

function problemOf(
  text: string,
  { items }: ListNode,
  checked: Checked,
): { message: string; at?: Node } | undefined {
  let used = 0;
  for (const part of clausesOf(text)) {
    if (typeof part === 'string') continue;
    const item = items[used++];
    if ('problem' in part) return { message: part.problem };
    if (!item) return { message: `index ${used - 1} out of range` };
    const misfit = misfitOf(item, part.verb, checked);
    if (misfit) return { message: complaint(part.verb, checked.types.get(misfit)!.name), at: misfit };
  }
  if (items.length <= used) return undefined;
  return { message: `too many arguments supplied to string.format (expected ${used}, got ${items.length})` };
}

/** The argument, or what of it, that a clause does not take. */
function misfitOf(node: Node, verb: Clause['verb'], checked: Checked): Node | undefined {
  const { kind } = checked.types.get(node)!;
  if (kind !== 'dyn' && !taken[verb].includes(kind)) return node;
  if (verb !== 's') return undefined;
  const within =
    node.kind === 'list'
      ? node.items
      : node.kind === 'map'
        ? node.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const one of within) {
    const misfit = misfitOf(one, verb, checked);
    if (misfit) return misfit;
  }
  return undefined;
}
