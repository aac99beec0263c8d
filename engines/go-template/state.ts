import { LimitError, placeOf, TemplateError } from './error.ts';
import type { Budget, MissingKey } from './limits.ts';
import { type Node, nodeText, type Placed, type Tree } from './node.ts';
import { quote } from './quote.ts';
import type { CallableSet, CallContext, Value } from './value.ts';

/** A template ready to run: the tree as closures. */
export interface CompiledTemplate {
  tree: Tree;
  run: (state: State, dot: Value) => unknown;
}

/** Where templates are found by name during an execution. */
export interface TemplateSource extends CallableSet {
  compiled(name: string): CompiledTemplate | undefined;
}

/** A variable whose declaration has not been executed. */
export const unset = Symbol('unset');

/** What one execution knows: text so far, variables, and the node that an error would point at. */
export class State {
  readonly set: TemplateSource;
  readonly budget: Budget;
  readonly missingKey: MissingKey;
  readonly context: CallContext;
  /** The template being executed; changes on the way into a template action and back. */
  template: CompiledTemplate;
  variables: (Value | typeof unset)[];
  node: Node | undefined;
  /** Where the action stands that the node is in. */
  action: Placed | undefined;
  depth: number;
  out = '';

  constructor(set: TemplateSource, template: CompiledTemplate, dot: Value, shared: SharedState) {
    this.set = set;
    this.template = template;
    this.budget = shared.budget;
    this.missingKey = shared.missingKey;
    this.depth = shared.depth;
    this.context = shared.contextOf(this);
    this.variables = variablesOf(template, dot);
  }

  /** End the execution with an error at the current node. */
  fail(message: string, cause?: unknown): never {
    throw new TemplateError(this.#located(message), this.#place(), { cause });
  }

  /** End the render because it passed a limit. */
  exceed(message: string, cause?: unknown): never {
    throw new LimitError(this.#located(message), this.#place(), { cause });
  }

  /** End the render if a limit says what is wrong. */
  exceedIf(problem: string | undefined): void {
    if (problem !== undefined) this.exceed(problem);
  }

  #place() {
    const { node, action } = this;
    return node && action && placeOf(action.source, action.start + node.at);
  }

  #located(message: string): string {
    const place = this.#place();
    const { name } = this.template.tree;
    if (!place || !this.node) return `template: ${name}: ${message}`;
    const at = `${place.template}:${place.line}:${place.column}`;
    return `template: ${at}: executing ${quote(name)} at <${nodeText(this.node)}>: ${message}`;
  }

  step(): void {
    this.exceedIf(this.budget.step());
  }

  write(text: string): void {
    this.out += text;
    this.exceedIf(this.budget.tooLong(this.out));
  }
}

/** What executions within one render have in common. */
export interface SharedState {
  budget: Budget;
  missingKey: MissingKey;
  depth: number;
  /** The executions that have begun and not ended, the innermost last. */
  running: State[];
  contextOf: (state: State) => CallContext;
}

/** Fresh variables of a template, `$` set to its data. */
export function variablesOf(template: CompiledTemplate, dot: Value): (Value | typeof unset)[] {
  const variables = new Array<Value | typeof unset>(template.tree.slots).fill(unset);
  variables[0] = dot;
  return variables;
}
