import type { Uint } from '../value/value.ts';

/** Where a node stands in the text, in code points: where cel-go puts the mark of an error. */
interface Placed {
  readonly offset: number;
}

/** A constant: int as bigint, double as number. */
export type Literal = null | boolean | bigint | number | string | Uint8Array | Uint;

export interface LiteralNode extends Placed {
  readonly kind: 'literal';
  readonly value: Literal;
}

export interface IdentNode extends Placed {
  readonly kind: 'ident';
  readonly name: string;
}

export interface SelectNode extends Placed {
  readonly kind: 'select';
  readonly operand: Node;
  readonly field: string;
  /** The node comes from `has()` and asks whether the field is there. */
  readonly isTest: boolean;
}

/** Operators are calls of functions such as `_+_`. */
export interface CallNode extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Node | undefined;
  readonly args: readonly Node[];
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly Node[];
  /** Indexes of the items that are left out when they have no value: `[?a]`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry extends Placed {
  readonly key: Node;
  readonly value: Node;
  readonly isOptional: boolean;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface FieldInit extends Placed {
  readonly name: string;
  readonly value: Node;
  readonly isOptional: boolean;
}

export interface StructNode extends Placed {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: readonly FieldInit[];
}

/** What macros such as `all` become: a loop that accumulates. */
export interface ComprehensionNode extends Placed {
  readonly kind: 'comprehension';
  readonly range: Node;
  readonly variable: string;
  /** The second variable of macros that see key and value. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
}

export type Node =
  | LiteralNode
  | IdentNode
  | SelectNode
  | CallNode
  | ListNode
  | MapNode
  | StructNode
  | ComprehensionNode;

export function call(name: string, args: readonly Node[], offset: number, target?: Node): CallNode {
  return { kind: 'call', name, target, args, offset };
}

export function ident(name: string, offset: number): IdentNode {
  return { kind: 'ident', name, offset };
}

export function literal(value: Literal, offset: number): LiteralNode {
  return { kind: 'literal', value, offset };
}

/** The parts of a node. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'select':
      return [node.operand];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'comprehension':
      return [node.range, node.init, node.condition, node.step, node.result];
    default:
      return [];
  }
}
