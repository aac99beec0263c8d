import { type CallNode, type ComprehensionNode, call, ident, literal, type Node } from './node.ts';

/** Thrown by a macro whose arguments do not fit; the message is cel-go's. */
export class BadMacro extends Error {
  override name = 'BadMacro';
  readonly offset: number;

  constructor(at: Node, message: string) {
    super(message);
    this.offset = at.offset;
  }
}

/** What a call becomes; undefined leaves it a call. `offset` is that of the call, which all made nodes stand at. */
export type Macro = (args: readonly Node[], offset: number, target: Node | undefined) => Node | undefined;

/** By name, number of arguments and whether there is a target: `has/1`, `.all/2`. */
export type Macros = ReadonlyMap<string, Macro>;

export const accumulator = '@result';

/** The expansion of a call that is a macro; problems are told and leave the call as it is. */
export function expandMacro(
  macros: Macros,
  node: CallNode,
  tell: (offset: number, message: string) => void,
): Node | undefined {
  const macro = macros.get(`${node.target ? '.' : ''}${node.name}/${node.args.length}`);
  if (!macro) return undefined;
  try {
    return macro(node.args, node.offset, node.target);
  } catch (error) {
    if (!(error instanceof BadMacro)) throw error;
    tell(error.offset, error.message);
    return undefined;
  }
}

/** The macros of the language itself. https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros */
export const standardMacros: Macros = new Map<string, Macro>([
  ['has/1', has],
  ['.all/2', all],
  ['.exists/2', exists],
  ['.exists_one/2', existsOne],
  ['.map/2', map],
  ['.map/3', map],
  ['.filter/2', filter],
]);

function has([argument]: readonly Node[], offset: number): Node {
  if (argument?.kind !== 'select' || argument.isTest)
    throw new BadMacro(argument!, 'invalid argument to has() macro');
  return { ...argument, isTest: true, offset };
}

/** The name of a loop's variable. Throws BadMacro. */
export function variableOf(node: Node, message = 'argument must be a simple name'): string {
  if (node.kind !== 'ident') throw new BadMacro(node, message);
  if (node.name === accumulator || node.name === '__result__')
    throw new BadMacro(node, 'iteration variable overwrites accumulator variable');
  return node.name;
}

interface Loop {
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result?: Node;
}

/** A comprehension over the target of a macro. */
export function loop(
  range: Node,
  [variable, variable2]: readonly string[],
  offset: number,
  { init, condition, step, result = ident(accumulator, offset) }: Loop,
): ComprehensionNode {
  return {
    kind: 'comprehension',
    range,
    variable: variable!,
    variable2,
    accumulator,
    init,
    condition,
    step,
    result,
    offset,
  };
}

/** True for every element, or for one: the loop ends as soon as the result is certain. */
export function quantifier(kind: 'all' | 'exists', predicate: Node, offset: number): Loop {
  const soFar = ident(accumulator, offset);
  const isAll = kind === 'all';
  const goesOn = isAll ? soFar : call('!_', [soFar], offset);
  return {
    init: literal(isAll, offset),
    condition: call('@not_strictly_false', [goesOn], offset),
    step: call(isAll ? '_&&_' : '_||_', [soFar, predicate], offset),
  };
}

/** True for exactly one element; every element is looked at. */
export function uniqueness(predicate: Node, offset: number): Loop {
  const soFar = ident(accumulator, offset);
  const one = literal(1n, offset);
  return {
    init: literal(0n, offset),
    condition: literal(true, offset),
    step: call('_?_:_', [predicate, call('_+_', [soFar, one], offset), soFar], offset),
    result: call('_==_', [soFar, one], offset),
  };
}

/** A list of what the loop makes of its elements, those that fit the filter. */
export function collection(made: Node, filtered: Node | undefined, offset: number): Loop {
  const soFar = ident(accumulator, offset);
  const grown = call('_+_', [soFar, { kind: 'list', items: [made], optional: new Set(), offset }], offset);
  return {
    init: { kind: 'list', items: [], optional: new Set(), offset },
    condition: literal(true, offset),
    step: filtered ? call('_?_:_', [filtered, grown, soFar], offset) : grown,
  };
}

function all([variable, predicate]: readonly Node[], offset: number, range?: Node): Node {
  return loop(range!, [variableOf(variable!)], offset, quantifier('all', predicate!, offset));
}

function exists([variable, predicate]: readonly Node[], offset: number, range?: Node): Node {
  return loop(range!, [variableOf(variable!)], offset, quantifier('exists', predicate!, offset));
}

function existsOne([variable, predicate]: readonly Node[], offset: number, range?: Node): Node {
  return loop(range!, [variableOf(variable!)], offset, uniqueness(predicate!, offset));
}

function map(args: readonly Node[], offset: number, range?: Node): Node {
  const name = variableOf(args[0]!, 'argument is not an identifier');
  const made = args.at(-1)!;
  return loop(range!, [name], offset, collection(made, args.length === 3 ? args[1] : undefined, offset));
}

function filter([variable, predicate]: readonly Node[], offset: number, range?: Node): Node {
  const name = variableOf(variable!, 'argument is not an identifier');
  return loop(range!, [name], offset, collection(variable!, predicate, offset));
}
