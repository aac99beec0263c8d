import type {
  CallNode,
  ComprehensionNode,
  ListNode,
  Literal,
  MapNode,
  Node,
  SelectNode,
  StructNode,
} from '../syntax/node.ts';
import type { Problem, Source } from '../syntax/source.ts';
import { Uint } from '../value/value.ts';
import type { Checked, Reference, ResolvedCall } from './checked.ts';
import type { Environment } from './environment.ts';
import type { CelFunction } from './function.ts';
import type { MessageType } from './message.ts';
import { moreGeneral, Substitution } from './substitution.ts';
import {
  bool,
  bytes,
  describeType,
  double,
  dyn,
  errorType,
  int,
  isDynamic,
  list,
  map,
  nullType,
  optional,
  optionalOf,
  parameter,
  same,
  string,
  type Type,
  typeOf,
  uint,
} from './type.ts';

/**
 * Find out what the names and calls of a tree mean, and whether its types fit. Throws CelError.
 * Source of the rule: cel-go's checker.
 */
export function check(source: Source, root: Node, environment: Environment): Checked {
  const checker = new Checker(environment);
  const checked = checker.run(root);
  const problems = checker.problems.length > 0 ? checker.problems : validate(checked, environment);
  if (problems.length > 0) throw source.error(problems);
  return checked;
}

function validate(checked: Checked, { validators }: Environment): Problem[] {
  return validators.flatMap(validator => validator(checked));
}

/** A variable of a loop, and those around it. */
interface Scope {
  readonly name: string;
  readonly type: Type;
  readonly of: ComprehensionNode;
  readonly parent: Scope | undefined;
}

class Checker {
  readonly problems: Problem[] = [];
  readonly #environment: Environment;
  readonly #types = new Map<Node, Type>();
  readonly #references = new Map<Node, Reference>();
  readonly #calls = new Map<CallNode, ResolvedCall>();
  #substitution = new Substitution();
  #scope: Scope | undefined;
  #unknowns = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  run(root: Node): Checked {
    this.#check(root);
    const types = new Map<Node, Type>();
    for (const [node, type] of this.#types) types.set(node, this.#substitution.apply(type, true));
    return { root, type: types.get(root)!, types, references: this.#references, calls: this.#calls };
  }

  #report(offset: number, message: string): void {
    this.problems.push({ offset, message });
  }

  #check(node: Node): Type {
    const type = this.#typeOf(node);
    this.#types.set(node, type);
    return type;
  }

  #typeOf(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return literalType(node.value);
      case 'ident':
        return this.#ident(node);
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return this.#struct(node);
      case 'comprehension':
        return this.#comprehension(node);
    }
  }

  #ident(node: Node & { kind: 'ident' }): Type {
    const type = this.#lookup(node, node.name);
    if (type) return type;
    if (this.#environment.anyVariable) {
      this.#references.set(node, { kind: 'variable', name: node.name.replace(/^\./, '') });
      return dyn;
    }
    this.#report(node.offset, `undeclared reference to '${node.name.replace(/^\./, '')}' (in container '')`);
    return errorType;
  }

  /** What a name means; a leading dot passes over the variables of loops. */
  #lookup(node: Node, name: string): Type | undefined {
    const global = name.replace(/^\./, '');
    for (let scope = this.#scope; scope && global === name; scope = scope.parent) {
      if (scope.name !== name) continue;
      this.#references.set(node, { kind: 'local', scope: scope.of, name });
      return scope.type;
    }
    const variable = this.#environment.variables.get(global);
    if (variable) {
      this.#references.set(node, { kind: 'variable', name: global });
      return variable;
    }
    const type = this.#environment.types.get(global);
    if (!type) return undefined;
    this.#references.set(node, { kind: 'type', type });
    return typeOf(type);
  }

  #select(node: SelectNode): Type {
    const qualified = node.isTest ? undefined : qualifiedName(node);
    const named = qualified === undefined ? undefined : this.#lookupQualified(node, qualified);
    if (named) return named;
    const type = this.#field(node, this.#check(node.operand), node.field, false);
    return node.isTest ? bool : this.#substitution.apply(type);
  }

  /** A name with dots is a variable or type of that name unless a loop's variable begins it. */
  #lookupQualified(node: Node, name: string): Type | undefined {
    const first = name.split('.')[0]!;
    for (let scope = this.#scope; scope; scope = scope.parent) if (scope.name === first) return undefined;
    return this.#lookup(node, name);
  }

  #field(node: Node, operand: Type, field: string, isOptional: boolean): Type {
    const whole = this.#substitution.apply(operand);
    const inner = optionalOf(whole);
    const type = this.#fieldOf(node, inner ?? whole, field);
    return inner || isOptional ? optional(type) : type;
  }

  #fieldOf(node: Node, type: Type, field: string): Type {
    switch (type.kind) {
      case 'map':
        return type.parameters[1]!;
      case 'object': {
        const found = type.fields?.get(field);
        if (!found) this.#report(node.offset, `undefined field '${field}'`);
        return found ?? errorType;
      }
      case 'parameter':
        this.#fits(dyn, type);
        return dyn;
      case 'opaque':
        // cel-go takes these types of Kubernetes for messages, and finds none.
        if (type.name.startsWith('kubernetes.')) {
          this.#report(node.offset, `unexpected failed resolution of '${type.name}'`);
          return errorType;
        }
        return this.#noFields(node, type);
      default:
        return this.#noFields(node, type);
    }
  }

  #noFields(node: Node, type: Type): Type {
    if (!isDynamic(type))
      this.#report(node.offset, `type '${describeType(type)}' does not support field selection`);
    return dyn;
  }

  #call(node: CallNode): Type {
    if (node.name === '_?._') return this.#optionalSelect(node);
    for (const arg of node.args) this.#check(arg);
    if (!node.target) return this.#globalCall(node, node.name, node.args);
    const prefix = qualifiedName(node.target);
    const qualified = prefix === undefined ? undefined : `${prefix}.${node.name}`.replace(/^\./, '');
    if (qualified !== undefined && this.#environment.functions.has(qualified))
      return this.#globalCall(node, qualified, node.args);
    this.#check(node.target);
    return this.#globalCall(node, node.name, [node.target, ...node.args], true);
  }

  #globalCall(node: CallNode, name: string, args: readonly Node[], isMember = false): Type {
    const known = this.#environment.functions.get(name.replace(/^\./, ''));
    if (known) return this.#resolve(node, known, args, isMember);
    this.#report(node.offset, `undeclared reference to '${name}' (in container '')`);
    return errorType;
  }

  #resolve(node: CallNode, known: CelFunction, args: readonly Node[], isMember: boolean): Type {
    if (known.name === '_&&_' || known.name === '_||_') return this.#logical(node, known, args);
    const types = args.map(arg => this.#types.get(arg)!);
    const overloads = [];
    let result: Type | undefined;
    for (const overload of known.overloads) {
      if (overload.isMember !== isMember || overload.parameters.length !== args.length) continue;
      const fresh = this.#instantiated([...overload.parameters, overload.result]);
      if (!this.#allFit(types, fresh.slice(0, -1))) continue;
      overloads.push(overload);
      const own = this.#substitution.apply(fresh.at(-1)!);
      if (!result) result = own;
      else if (!isDynamic(result) && !same(result, own)) result = dyn;
    }
    if (result) {
      this.#calls.set(node, { function: known, overloads, args });
      return result;
    }
    const shown = types.map(type => describeType(this.#substitution.apply(type, true)));
    const signature = isMember ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
    this.#report(node.offset, `found no matching overload for '${known.name}' applied to '${signature}'`);
    return errorType;
  }

  #logical(node: CallNode, known: CelFunction, args: readonly Node[]): Type {
    let fits = true;
    for (const arg of args) {
      const type = this.#types.get(arg)!;
      if (this.#fits(type, bool)) continue;
      this.#report(arg.offset, `expected type 'bool' but found '${describeType(type)}'`);
      fits = false;
    }
    this.#calls.set(node, { function: known, overloads: known.overloads, args });
    return fits ? bool : errorType;
  }

  #optionalSelect(node: CallNode): Type {
    const [operand, field] = node.args as [Node, Node & { kind: 'literal' }];
    return this.#substitution.apply(this.#field(node, this.#check(operand), String(field.value), true));
  }

  /** Types with parameters of their own for each use. */
  #instantiated(types: readonly Type[]): Type[] {
    const fresh = new Map<string, Type>();
    const rename = (type: Type): Type => {
      if (type.kind === 'parameter') {
        let renamed = fresh.get(type.name);
        if (!renamed) fresh.set(type.name, (renamed = this.#unknown()));
        return renamed;
      }
      return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
    };
    return types.map(rename);
  }

  #unknown(): Type {
    return parameter(`_var${this.#unknowns++}`);
  }

  #fits(from: Type, to: Type): boolean {
    return this.#allFit([from], [to]);
  }

  #allFit(from: readonly Type[], to: readonly Type[]): boolean {
    const substitution = this.#substitution.fitting(from, to);
    if (substitution) this.#substitution = substitution;
    return substitution !== undefined;
  }

  #list({ items, optional: optionals }: ListNode): Type {
    let joined: Type | undefined;
    items.forEach((item, i) => {
      const type = this.#check(item);
      joined = this.#join(joined, optionals.has(i) ? this.#unwrapped(item, type) : type);
    });
    return list(joined ?? this.#unknown());
  }

  #map({ entries }: MapNode): Type {
    let [key, value]: (Type | undefined)[] = [];
    for (const entry of entries) {
      key = this.#join(key, this.#check(entry.key));
      const type = this.#check(entry.value);
      value = this.#join(value, entry.isOptional ? this.#unwrapped(entry.value, type) : type);
    }
    return map(key ?? this.#unknown(), value ?? this.#unknown());
  }

  #unwrapped(node: Node, type: Type): Type {
    const inner = optionalOf(type);
    if (!inner && !isDynamic(type)) this.#mismatch(node, optional(type), type);
    return inner ?? type;
  }

  #mismatch(node: Node, expected: Type, found: Type): void {
    this.#report(node.offset, `expected type '${describeType(expected)}' but found '${describeType(found)}'`);
  }

  /** One type for what is joined: dyn where parts differ, which a library may refuse later. */
  #join(previous: Type | undefined, current: Type): Type {
    if (!previous) return current;
    return this.#fits(previous, current) ? moreGeneral(previous, current) : dyn;
  }

  #struct(node: StructNode): Type {
    const name = node.type.replace(/^\./, '');
    const message = this.#environment.messages(name);
    if (message) return this.#message(node, message);
    const known = this.#environment.types.get(name);
    if (!known) {
      this.#report(node.offset, `undeclared reference to '${node.type}' (in container '')`);
      return errorType;
    }
    this.#report(node.offset, `'${known.name}' is not a message type`);
    for (const { value } of node.fields) this.#check(value);
    return errorType;
  }

  #message(node: StructNode, message: MessageType): Type {
    for (const { name, value, isOptional, offset } of node.fields) {
      const given = this.#check(value);
      const found = isOptional ? this.#unwrapped(value, given) : given;
      const field = message.field(name);
      if (field && this.#fits(found, field)) continue;
      const expected = field ? describeType(field) : '';
      const what = `expected type of field '${name}' is '${expected}' but provided type is '${describeType(found)}'`;
      this.#report(offset, what);
    }
    return message.type;
  }

  #comprehension(node: ComprehensionNode): Type {
    const range = this.#substitution.apply(this.#check(node.range));
    const accumulated = this.#check(node.init);
    const around = this.#scope;
    const declare = (name: string, type: Type) => {
      this.#scope = { name, type, of: node, parent: this.#scope };
    };
    declare(node.accumulator, accumulated);
    const outer = this.#scope;
    const [first, second] = this.#loopTypes(node, range);
    declare(node.variable, first);
    if (node.variable2 !== undefined) declare(node.variable2, second);
    this.#assert(node.condition, this.#check(node.condition), bool);
    this.#assert(node.step, this.#check(node.step), accumulated);
    this.#scope = outer;
    const result = this.#check(node.result);
    this.#scope = around;
    return this.#substitution.apply(result);
  }

  #assert(node: Node, type: Type, expected: Type): void {
    if (!this.#fits(expected, type)) this.#mismatch(node, expected, type);
  }

  #loopTypes({ range: node, variable2 }: ComprehensionNode, range: Type): [Type, Type] {
    switch (range.kind) {
      case 'list':
        return variable2 === undefined ? [range.parameters[0]!, dyn] : [int, range.parameters[0]!];
      case 'map':
        return [range.parameters[0]!, range.parameters[1]!];
      case 'dyn':
      case 'any':
      case 'error':
      case 'parameter':
        this.#fits(dyn, range);
        return [dyn, dyn];
      default:
        this.#report(
          node.offset,
          `expression of type '${describeType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [errorType, errorType];
    }
  }
}

/** `a.b.c` for selections of names only. */
export function qualifiedName(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name;
  if (node.kind !== 'select' || node.isTest) return undefined;
  const prefix = qualifiedName(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}

function literalType(value: Literal): Type {
  if (value === null) return nullType;
  if (value instanceof Uint) return uint;
  if (value instanceof Uint8Array) return bytes;
  switch (typeof value) {
    case 'boolean':
      return bool;
    case 'bigint':
      return int;
    case 'number':
      return double;
    default:
      return string;
  }
}
