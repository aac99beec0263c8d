import type { Checked } from '../../check/checked.ts';
import { describeType, isDynamic, same, type Type } from '../../check/type.ts';
import { childrenOf, type Node } from '../../syntax/node.ts';
import type { Problem } from '../../syntax/source.ts';

/** Functions whose arguments may be of any types, at any depth. */
const exempt = ['format'];

/** Literals of lists and maps whose parts differ in their types, as Kubernetes does not take them. */
export function validateHomogeneous({ root, types }: Checked): Problem[] {
  const problems: Problem[] = [];
  const report = (node: Node, expected: Type, found: Type) =>
    problems.push({
      offset: node.offset,
      message: `expected type '${describeType(expected)}' but found '${describeType(found)}'`,
    });
  const held = (node: Node, isOptional: boolean): Type => {
    const type = types.get(node)!;
    return isOptional ? (type.parameters[0] ?? type) : type;
  };
  const checkList = (node: Node & { kind: 'list' }) => {
    const first = node.items[0] && held(node.items[0], node.optional.has(0));
    const index = node.items.findIndex((item, i) => !equivalent(first!, held(item, node.optional.has(i))));
    if (index >= 0) report(node.items[index]!, first!, held(node.items[index]!, node.optional.has(index)));
  };
  const checkMap = ({ entries }: Node & { kind: 'map' }) => {
    const [first, ...rest] = entries;
    for (const { key, value, isOptional } of rest) {
      const expected = [types.get(first!.key)!, held(first!.value, first!.isOptional)] as const;
      const found = [types.get(key)!, held(value, isOptional)] as const;
      if (!equivalent(expected[0], found[0])) report(key, expected[0], found[0]);
      if (!equivalent(expected[1], found[1])) report(value, expected[1], found[1]);
    }
  };
  const visit = (node: Node) => {
    if (node.kind === 'call' && exempt.includes(node.name)) return;
    if (node.kind === 'list') checkList(node);
    if (node.kind === 'map') checkMap(node);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return problems;
}

function equivalent(a: Type, b: Type): boolean {
  if (isDynamic(a) && isDynamic(b)) return true;
  return same(a, b);
}
