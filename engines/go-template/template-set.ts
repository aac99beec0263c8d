import { builtins } from './builtins/builtins.ts';
import { rejoined } from './byte-string.ts';
import { compileTree } from './compile.ts';
import { exhaustion, LimitError, TemplateError } from './error.ts';
import type { Delimiters } from './lex.ts';
import { Budget, type ExecuteOptions } from './limits.ts';
import { isEmptyTree } from './node.ts';
import { parseTrees } from './parse.ts';
import type { Definition, Definitions, ParseCache } from './parse-cache.ts';
import { quote } from './quote.ts';
import { type CompiledTemplate, type SharedState, State, type TemplateSource } from './state.ts';
import type { CallableSet, CallContext, TemplateFunction, Value } from './value.ts';

export interface TemplateSetOptions {
  delims?: Partial<Delimiters> | undefined;
  /** Functions besides the built-in ones, which they may replace. */
  functions?: Readonly<Record<string, TemplateFunction>> | undefined;
  /** Where texts that other sets with these functions and delimiters parsed are found again. */
  cache?: ParseCache | undefined;
}

/** A clone copies this many definitions; of more, it shares the whole. */
const copied = 8;

/** Named templates that know each other: what Go calls associated. */
export class TemplateSet implements TemplateSource {
  readonly #options: TemplateSetOptions;
  /** Definitions that clones share: never changed. Those of `#own` come before them. */
  #shared: ReadonlyMap<string, Definition>;
  #own: Map<string, Definition>;

  constructor(
    options: TemplateSetOptions = {},
    shared: ReadonlyMap<string, Definition> = new Map(),
    own: Iterable<[string, Definition]> = [],
  ) {
    this.#options = options;
    this.#shared = shared;
    this.#own = new Map(own);
  }

  /**
   * Add a text under a name, and whatever it defines. A later definition replaces an earlier one of the same name
   * unless it is nothing but white space. Throws TemplateError with the line; then nothing is added.
   */
  parse(name: string, text: string): this {
    for (const [defined, definition] of this.#parsed(name, text))
      if (!this.has(defined) || !isEmptyTree(definition.tree)) this.#own.set(defined, definition);
    return this;
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#shared.has(name);
  }

  names(): string[] {
    return [...new Set([...this.#shared.keys(), ...this.#own.keys()])];
  }

  /** A set with the same definitions that can be added to without changing this one. What is compiled is shared. */
  clone(): TemplateSet {
    if (this.#own.size > copied) {
      this.#shared = new Map([...this.#shared, ...this.#own]);
      this.#own = new Map();
    }
    return new TemplateSet(this.#options, this.#shared, this.#own);
  }

  /**
   * A clone to which a text was added that takes its name even if it is blank: Go's `New(name).Parse(text)`. Throws
   * TemplateError.
   */
  extended(name: string, text: string): TemplateSet {
    const set = this.clone().parse(name, text);
    set.#own.set(name, this.#parsed(name, text).find(([defined]) => defined === name)![1]);
    return set;
  }

  /** The template ready to run: for executions. */
  compiled(name: string): CompiledTemplate | undefined {
    const definition = this.#own.get(name) ?? this.#shared.get(name);
    if (!definition) return undefined;
    definition.compiled ??= compileTree(definition.tree, known => this.#functionNamed(known));
    return definition.compiled;
  }

  #parsed(name: string, text: string): Definitions {
    const { delims, cache } = this.#options;
    const parse = () => {
      const hasFunction = (known: string) => this.#functionNamed(known) !== undefined;
      const trees = parseTrees(name, text, { delims, hasFunction, actions: cache?.actions });
      return Array.from(trees, ([defined, tree]) => [defined, { tree, compiled: undefined }] as const);
    };
    return cache ? cache.definitions(name, text, parse) : parse();
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
    budget: options.budget ?? new Budget(options),
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
  return {
    set: state.set,
    executeIn,
    execute: (name, data) => executeIn(state.set, name, data),
    reserve: length => state.exceedIf(shared.budget.tooMuch(length)),
    spend: steps => state.exceedIf(shared.budget.spend(steps)),
  };
}
