import { builtins } from './builtins/builtins.ts';
import { rejoined } from './byte-string.ts';
import { compileTree } from './compile.ts';
import { exhaustion, LimitError, TemplateError } from './error.ts';
import type { Delimiters } from './lex.ts';
import { Budget, type ExecuteOptions } from './limits.ts';
import { isEmptyTree, type Tree } from './node.ts';
import { parseTrees } from './parse.ts';
import { quote } from './quote.ts';
import { type CompiledTemplate, type SharedState, State, type TemplateSource } from './state.ts';
import type { CallableSet, CallContext, TemplateFunction, Value } from './value.ts';

export interface TemplateSetOptions {
  delims?: Partial<Delimiters> | undefined;
  /** Functions besides the built-in ones, which they may replace. */
  functions?: Readonly<Record<string, TemplateFunction>> | undefined;
}

interface Definition {
  tree: Tree;
  compiled: CompiledTemplate | undefined;
}

/** Named templates that know each other: what Go calls associated. */
export class TemplateSet implements TemplateSource {
  readonly #options: TemplateSetOptions;
  readonly #definitions: Map<string, Definition>;

  constructor(options: TemplateSetOptions = {}, definitions: Iterable<[string, Definition]> = []) {
    this.#options = options;
    this.#definitions = new Map(definitions);
  }

  /**
   * Add a text under a name, and whatever it defines. A later definition replaces an earlier one of the same name
   * unless it is nothing but white space. Throws TemplateError with the line; then nothing is added.
   */
  parse(name: string, text: string): this {
    const { delims } = this.#options;
    const trees = parseTrees(name, text, { delims, hasFunction: known => !!this.#functionNamed(known) });
    for (const [defined, tree] of trees)
      if (!this.#definitions.has(defined) || !isEmptyTree(tree))
        this.#definitions.set(defined, { tree, compiled: undefined });
    return this;
  }

  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  names(): string[] {
    return [...this.#definitions.keys()];
  }

  /** A set with the same definitions that can be added to without changing this one. What is compiled is shared. */
  clone(): TemplateSet {
    return new TemplateSet(this.#options, this.#definitions);
  }

  /** The template ready to run: for executions. */
  compiled(name: string): CompiledTemplate | undefined {
    const definition = this.#definitions.get(name);
    if (!definition) return undefined;
    definition.compiled ??= compileTree(definition.tree, known => this.#functionNamed(known));
    return definition.compiled;
  }

  #functionNamed(name: string): { function: TemplateFunction; isBuiltin: boolean } | undefined {
    const { functions = {} } = this.#options;
    if (Object.hasOwn(functions, name)) return { function: functions[name]!, isBuiltin: false };
    const builtin = builtins.get(name);
    return builtin && { function: builtin, isBuiltin: true };
  }
}

/** Parse one text into a set of its own. Throws TemplateError. */
export function parseTemplate(name: string, text: string, options: TemplateSetOptions = {}): TemplateSet {
  return new TemplateSet(options).parse(name, text);
}

/**
 * Execute a template of a set and return its text. Throws TemplateError in Go's words, with template, line and
 * column, or LimitError if the render passes one of its limits.
 */
export function execute(set: TemplateSet, name: string, data: Value, options: ExecuteOptions = {}): string {
  const shared: SharedState = {
    budget: new Budget(options),
    missingKey: options.missingKey ?? 'default',
    depth: 0,
    running: [],
    contextOf: state => contextOf(state, shared),
  };
  try {
    // Stray bytes that met in the output may be text together.
    return rejoined(run(set, name, data, shared));
  } catch (error) {
    const problem = exhaustion(error);
    if (problem === undefined) throw error;
    // The stack is free again here: the innermost execution can say where it was.
    shared.running.findLast(state => state.node)?.exceed(problem, error);
    throw new LimitError(`template: ${name}: ${problem}`, undefined, { cause: error });
  }
}

function run(set: TemplateSource, name: string, data: Value, shared: SharedState): string {
  const template = set.compiled(name);
  if (!template) throw new TemplateError(`template: no template ${quote(name)} in the set`);
  const dot = data ?? undefined;
  const state = new State(set, template, dot, shared);
  const outer = shared.running.length;
  shared.running.push(state);
  template.run(state, dot);
  shared.running.length = outer;
  return state.out;
}

/** What functions get: executions that they start count against the same limits. */
function contextOf(state: State, shared: SharedState): CallContext {
  const executeIn = (set: CallableSet, name: string, data: Value) => {
    if (!(set instanceof TemplateSet)) throw new TypeError('executeIn takes a TemplateSet');
    const depth = state.depth + 1;
    const { limits } = shared.budget;
    if (depth > limits.depth) state.exceed(`exceeded maximum template depth (${limits.depth})`);
    return run(set, name, data, { ...shared, depth });
  };
  return { set: state.set, executeIn, execute: (name, data) => executeIn(state.set, name, data) };
}
