import type { Checked, ResolvedCall } from '../check/checked.ts';
import { optionalOf, type Type } from '../check/type.ts';
import type { Declaration } from '../schema/declaration.ts';
import { accumulator } from '../syntax/macro.ts';
import type { CallNode, ComprehensionNode, Node } from '../syntax/node.ts';
import { textLength } from '../value/text.ts';
import { callEstimate, type Sized } from './call-estimate.ts';
import { add, endless, fixed, multiply, type Range, union, unknown } from './range.ts';

/** The sizes of the keys and values of what is made in an expression. */
interface EntrySizes {
  readonly isList: boolean;
  readonly key: Range;
  readonly value: Range;
}

/** A variable of a loop: what it stands for, as far as that is a part of a declared value, and how large it may be. */
interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: EntrySizes | undefined;
}

/** Names and selections cost 1, lists and maps what they cost when they are evaluated. */
const step = fixed(1);
const listCost = fixed(10);
const mapCost = fixed(30);

/** What any range joins to itself. */
const nowhere: Range = { min: endless, max: 0 };

/**
 * The least and the most that an expression can cost for any values that a request can hold: Kubernetes takes only
 * rules whose cost has an end. `variables` says how large the values of variables may be.
 *
 * Source of the rule: cel-go's cost estimation with Kubernetes' sizes.
 */
export function estimateCost(checked: Checked, variables: Readonly<Record<string, Declaration>>): Range {
  return new Estimator(checked, variables).cost(checked.root);
}

class Estimator {
  readonly #checked: Checked;
  readonly #variables: Readonly<Record<string, Declaration>>;
  readonly #locals: { name: string; local: Local }[] = [];
  readonly #paths = new Map<Node, readonly string[]>();
  readonly #sizes = new Map<Node, Range>();
  readonly #entries = new Map<Node, EntrySizes>();

  constructor(checked: Checked, variables: Readonly<Record<string, Declaration>>) {
    this.#checked = checked;
    this.#variables = variables;
  }

  cost(node: Node): Range {
    switch (node.kind) {
      case 'literal':
        return fixed(0);
      case 'ident':
        this.#paths.set(node, this.#local(node.name)?.path ?? [node.name]);
        return step;
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'comprehension':
        return isBinding(node) ? this.#binding(node) : this.#comprehension(node);
      case 'struct':
        return fixed(40);
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast(one => one.name === name)?.local;
  }

  #select(node: Node & { kind: 'select' }): Range {
    const operand = this.cost(node.operand);
    if (node.isTest) return operand;
    this.#paths.set(node, [...this.#path(node.operand), node.field]);
    const { kind } = this.#type(node.operand);
    return kind === 'map' || kind === 'object' ? add(operand, step) : operand;
  }

  #type(node: Node): Type {
    return this.#checked.types.get(node)!;
  }

  #path(node: Node): readonly string[] {
    if (node.kind === 'ident') return this.#local(node.name)?.path ?? [node.name];
    return this.#paths.get(node) ?? [];
  }

  #list(node: Node & { kind: 'list' }): Range {
    const { items } = node;
    const costs = items.map(item => this.cost(item));
    const sizes = items.map(item => this.#sizeOf(item));
    const value = sizes.length === 0 ? fixed(0) : sizes.reduce(union);
    this.#entries.set(node, { isList: true, key: fixed(1), value });
    return add(...costs, listCost);
  }

  #map(node: Node & { kind: 'map' }): Range {
    const costs = node.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
    const within = (part: 'key' | 'value') =>
      node.entries
        .map(entry => this.#sizeOf(entry[part]))
        .reduce(union, node.entries.length > 0 ? nowhere : fixed(0));
    this.#entries.set(node, { isList: false, key: within('key'), value: within('value') });
    return add(...costs, mapCost);
  }

  #call(node: CallNode): Range {
    const resolved = this.#checked.calls.get(node);
    if (!resolved) return this.#optionalSelect(node);
    const costs = resolved.args.map(arg => this.cost(arg));
    if (resolved.function.name === 'dyn') {
      this.#copy(node, node.args[0]!);
      return add(fixed(1), ...costs);
    }
    const args = resolved.args.map((arg): Sized => this.#sized(arg));
    this.#describe(node, resolved);
    const { cost, size } = callEstimate(resolved, args, costs);
    const known = size ?? this.#indexed(node, resolved);
    if (known) this.#sizes.set(node, known);
    return cost;
  }

  /** `.?a` is declared for any type; it costs as every call. */
  #optionalSelect(node: CallNode): Range {
    return add(fixed(1), ...node.args.map(arg => this.cost(arg)));
  }

  #sized(node: Node): Sized {
    const path = this.#path(node);
    const isHidden = path[0] === accumulator;
    const type = this.#type(node);
    const item = type.kind === 'list' ? type.parameters[0] : undefined;
    return {
      node,
      type,
      size: this.#sizeOf(node),
      ...(item && {
        item,
        itemSize:
          (path.length === 0 || isHidden ? undefined : this.#declared([...path, '@items'])) ?? unknown,
      }),
    };
  }

  #describe(node: CallNode, { function: known, args: [first, second, third] }: ResolvedCall): void {
    if (known.name === '_[_]' && first)
      this.#paths.set(node, [...this.#path(first), this.#type(first).kind === 'map' ? '@values' : '@items']);
    const sides = known.name === '_?_:_' ? [second, third] : known.name === '_+_' ? [first, second] : [];
    const [a, b] = sides.map(side => side && this.#entriesOf(side));
    if (a && b)
      this.#entries.set(node, { isList: a.isList, key: union(a.key, b.key), value: union(a.value, b.value) });
  }

  /** The size of what an index finds in something made by the expression itself. */
  #indexed(node: CallNode, { function: known, args: [first] }: ResolvedCall): Range | undefined {
    if (known.name === '_[_]' && first) {
      const made = this.#entriesOf(first)?.value;
      if (made) return made;
    }
    return this.#knownSize(node);
  }

  #copy(to: Node, from: Node): void {
    const [size, entries] = [this.#knownSize(from), this.#entriesOf(from)];
    if (size) this.#sizes.set(to, size);
    if (entries) this.#entries.set(to, entries);
  }

  #binding(node: ComprehensionNode): Range {
    const init = add(listCost, this.cost(node.init));
    const local = {
      path: this.#path(node.init),
      size: this.#knownSize(node.init),
      entries: this.#entriesOf(node.init),
    };
    this.#locals.push({ name: node.accumulator, local });
    const result = this.cost(node.result);
    this.#copy(node, node.result);
    this.#locals.pop();
    return add(init, result);
  }

  #comprehension(node: ComprehensionNode): Range {
    const before = add(this.cost(node.range), this.cost(node.init));
    const init = {
      path: this.#path(node.init),
      size: this.#knownSize(node.init),
      entries: this.#entriesOf(node.init),
    };
    this.#locals.push({ name: node.accumulator, local: init });
    const depth = this.#locals.length;
    this.#locals.push(...this.#loopLocals(node));
    const once = add(this.cost(node.condition), this.cost(node.step));
    this.#locals.length = depth;
    const result = this.cost(node.result);
    this.#locals.pop();
    const count = this.#sizeOf(node.range);
    if (node.init.kind === 'literal') this.#sizes.set(node, this.#knownSize(node.init)!);
    else if (node.init.kind === 'list' || node.init.kind === 'map') {
      this.#sizes.set(node, count);
      const entries = this.#entriesOf(node.step);
      if (entries) this.#entries.set(node, entries);
    }
    return add(before, result, multiply(count, once));
  }

  #loopLocals(node: ComprehensionNode): { name: string; local: Local }[] {
    const path = this.#path(node.range);
    const entries = this.#entriesOf(node.range);
    const isList = entries?.isList ?? this.#type(node.range).kind === 'list';
    const key = (part: string) => ({ path: [...path, part], size: entries?.key, entries: undefined });
    const value = (part: string) => ({ path: [...path, part], size: entries?.value, entries: undefined });
    if (node.variable2 === undefined)
      return [{ name: node.variable, local: isList ? value('@items') : key('@keys') }];
    return [
      { name: node.variable, local: key(isList ? '@indices' : '@keys') },
      { name: node.variable2, local: value(isList ? '@items' : '@values') },
    ];
  }

  #entriesOf(node: Node): EntrySizes | undefined {
    return this.#entries.get(node) ?? (node.kind === 'ident' ? this.#local(node.name)?.entries : undefined);
  }

  #sizeOf(node: Node): Range {
    return this.#knownSize(node) ?? unknown;
  }

  #knownSize(node: Node): Range | undefined {
    const known = this.#sizes.get(node) ?? literalSize(node) ?? this.#declared(this.#path(node));
    if (known) return known;
    if (isScalar(this.#type(node))) return fixed(1);
    return node.kind === 'ident' ? this.#local(node.name)?.size : undefined;
  }

  /**
   * The size that the schema allows at a path. Kubernetes passes over its beginning, which is the name of a variable,
   * without a look at it: so the items of a list that the expression makes are as large as the first variable.
   */
  #declared([name, ...parts]: readonly string[]): Range | undefined {
    if (name === undefined) return undefined;
    let at = Object.hasOwn(this.#variables, name) ? this.#variables[name] : Object.values(this.#variables)[0];
    for (const part of parts) {
      // The keys of maps have no limit of their own, and Kubernetes counts them as empty.
      if (part === '@keys') return at?.items && at.type.kind === 'map' ? fixed(0) : undefined;
      at = part === '@items' || part === '@values' ? at?.items : at?.fields?.get(part);
      if (!at) return undefined;
    }
    return at && { min: 0, max: at.most };
  }
}

function isBinding({ range, condition, accumulator: name }: ComprehensionNode): boolean {
  const isEmpty = range.kind === 'list' && range.items.length === 0;
  return isEmpty && condition.kind === 'literal' && condition.value === false && name !== accumulator;
}

function literalSize(node: Node): Range | undefined {
  if (node.kind === 'list') return fixed(node.items.length);
  if (node.kind === 'map') return fixed(node.entries.length);
  if (node.kind !== 'literal') return undefined;
  if (typeof node.value === 'string') return fixed(textLength(node.value));
  return fixed(node.value instanceof Uint8Array ? node.value.length : 1);
}

function isScalar(type: Type): boolean {
  const inner = optionalOf(type);
  if (inner) return isScalar(inner);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}
