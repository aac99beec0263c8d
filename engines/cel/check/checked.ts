import type { CallNode, ComprehensionNode, Node } from '../syntax/node.ts';
import type { CelFunction, Overload } from './function.ts';
import type { Type } from './type.ts';

/** What a name means: a variable, one of a loop, or a type. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'local'; readonly scope: ComprehensionNode; readonly name: string }
  | { readonly kind: 'type'; readonly type: Type };

/** What a call means: one or more overloads that its types leave; `args` includes the target of a member. */
export interface ResolvedCall {
  readonly function: CelFunction;
  readonly overloads: readonly Overload[];
  readonly args: readonly Node[];
}

/** A tree with the meaning of its names and calls, and the types of its nodes. */
export interface Checked {
  readonly root: Node;
  readonly type: Type;
  readonly types: ReadonlyMap<Node, Type>;
  readonly references: ReadonlyMap<Node, Reference>;
  readonly calls: ReadonlyMap<CallNode, ResolvedCall>;
}
