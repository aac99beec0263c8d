import type { ResolvedCall } from '../check/checked.ts';
import type { Overload } from '../check/function.ts';
import type { Type } from '../check/type.ts';
import type { Node } from '../syntax/node.ts';
import { add, endless, fixed, multiply, type Range, scale, union } from './range.ts';
import { perCharacter, perPatternCharacter } from './size.ts';

/** An argument, the target of a member first. */
export interface Sized {
  readonly node: Node;
  readonly type: Type;
  readonly size: Range;
  /** Of lists: the type of their items, and how large these may be. */
  readonly item?: Type;
  readonly itemSize?: Range;
}

/** What a call costs besides its arguments, and how large its result may be. */
interface Estimate {
  readonly cost: Range;
  readonly size?: Range;
}

type Rule = (args: readonly Sized[], overload: Overload) => Estimate | undefined;

const nominal: Rule = () => ({ cost: fixed(1) });
const read = (size: Range, times = 1) => scale(size, perCharacter * times);

const reading: Rule = ([text]) => ({ cost: read(text!.size) });
const readingKept: Rule = ([text]) => ({ cost: read(text!.size), size: text!.size });

/** One comparison an item, and reading the items that are texts. */
const traversing: Rule = ([values]) => {
  if (!values!.item) return { cost: read(values!.size) };
  const isText = values!.item.kind === 'string' || values!.item.kind === 'bytes';
  const each = isText ? add(fixed(1), read(values!.itemSize!)) : fixed(1);
  return { cost: multiply(values!.size, each) };
};

const matching: Rule = ([text, pattern]) => {
  const once = scale(add(text!.size, fixed(1)), perCharacter);
  return { cost: multiply(once, scale(pattern!.size, perPatternCharacter)) };
};

const finding: Rule = (args, overload) => ({
  cost: matching(args, overload)!.cost,
  size: { min: 0, max: args[0]!.size.max },
});

const replacing: Rule = ([text, from, to]) => {
  const [all, old, made] = [text!.size, from!.size, to!.size];
  const most = old.min === 0 ? all.max + 1 : made.max <= old.min ? 0 : Math.ceil(all.max / old.min);
  const least = old.max === 0 ? all.min + 1 : old.max <= made.min ? 0 : Math.ceil(all.min / old.max);
  const kept = {
    min: old.max === 0 ? all.min : 0,
    max: old.min === 0 || made.max <= old.min ? all.max : 0,
  };
  const size = add(multiply({ min: Math.min(least, endless), max: Math.min(most, endless) }, made), kept);
  return { cost: read(all, 2), size };
};

const splitting: Rule = ([text, , count]) => {
  const most =
    count?.node.kind === 'literal' && typeof count.node.value === 'bigint'
      ? Number(count.node.value)
      : undefined;
  return { cost: read(text!.size, 2), size: { min: 0, max: most ?? text!.size.max } };
};

const joined: Rule = ([values, separator]) => {
  const count = values!.size;
  const items = values!.item ? multiply(count, values!.itemSize!) : fixed(0);
  const between = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
  const size = separator ? add(items, multiply(separator.size, between)) : items;
  return { cost: read(size), size };
};

/** Addresses are 4 or 16 bytes long. */
const address: Range = { min: 4, max: 16 };

const containsIp: Rule = ([, other]) => {
  const compared = read(add(address, address));
  return { cost: other!.type.kind === 'string' ? add(compared, read(other!.size)) : compared };
};
const containsCidr: Rule = ([, other]) => {
  const compared = add(read(add(address, address)), read(address), fixed(1));
  return { cost: other!.type.kind === 'string' ? add(compared, read(other!.size)) : compared };
};

/** A call costs 1 and makes a list, which costs 10. */
function listCall(factor: number, size: Range): Estimate {
  return { cost: add(scale(size, factor), fixed(11)), size };
}

function literalInt(sized: Sized | undefined, otherwise: number): number {
  const node = sized?.node;
  return node?.kind === 'literal' && typeof node.value === 'bigint'
    ? Math.max(0, Number(node.value))
    : otherwise;
}

const sorting = (of: Sized, overload: Overload): Estimate => {
  const item = overload.parameters.at(-1)!.parameters[0]!;
  const isText = item.kind === 'string' || item.kind === 'bytes';
  return listCall(isText ? 2.1 : 2, multiply(of.size, of.size));
};

const comparing: Rule = ([a, b]) => {
  if (a!.type.kind === 'opaque' && a!.type.name !== 'optional_type') return { cost: fixed(1) };
  const most = Math.min(a!.size.max, b!.size.max);
  return { cost: scale({ min: most > 0 ? 1 : 0, max: most }, perCharacter) };
};

const ordering: Rule = (args, overload) =>
  ['string', 'bytes'].includes(overload.parameters[0]!.kind) ? comparing(args, overload) : { cost: fixed(1) };

const adding: Rule = ([a, b], { parameters: [type] }) => {
  const size = add(a!.size, b!.size);
  if (type!.kind === 'list') return { cost: fixed(1), size };
  return type!.kind === 'string' || type!.kind === 'bytes' ? { cost: read(size), size } : { cost: fixed(1) };
};

const selector: Rule = ([, text]) => ({
  cost: add(fixed(10), read(text!.size), scale(scale(text!.size, 0.5), 50)),
});

function sets(times: number): Rule {
  return ([a, b]) => ({ cost: add(scale(multiply(a!.size, b!.size), times), fixed(1)) });
}

function all(names: string, rule: Rule): [string, Rule][] {
  return names.split(' ').map(name => [name, rule]);
}

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['check', () => ({ cost: fixed(350_000) })],
  ...all(
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    nominal,
  ),
  ...all('fieldSelector labelSelector', selector),
  ...all('isSorted sum max min indexOf lastIndexOf', traversing),
  ['url', readingKept],
  ...all('lowerAscii upperAscii substring trim', readingKept),
  ['replace', replacing],
  ['split', splitting],
  ['join', joined],
  ...all('find findAll', finding),
  ...all('cidr isIP isCIDR quantity isQuantity semver isSemver', reading),
  ['ip', (args, overload) => (overload.isMember ? { cost: fixed(1) } : reading(args, overload))],
  ['ip.isCanonical', ([text]) => ({ cost: read(text!.size, 2) })],
  ['containsIP', containsIp],
  ['containsCIDR', containsCidr],
  ['validate', ([, text]) => ({ cost: scale(read(text!.size), 128 * perPatternCharacter) })],
  ['matches', matching],
  ['startsWith', ([, part]) => ({ cost: read(part!.size) })],
  ['endsWith', ([, part]) => ({ cost: read(part!.size) })],
  ['contains', ([text, part]) => ({ cost: multiply(read(text!.size), read(part!.size)) })],
  ['format', reading],
  [
    'strings.quote',
    ([text]) => ({
      cost: read(text!.size),
      size: { min: text!.size.min + 2, max: Math.min(endless, text!.size.max * 2 + 2) },
    }),
  ],
  [
    'bytes',
    ([text], { parameters: [type] }) =>
      type!.kind === 'string'
        ? {
            cost: read(text!.size),
            size: { min: text!.size.min, max: Math.min(endless, text!.size.max * 4) },
          }
        : { cost: fixed(1) },
  ],
  [
    'string',
    ([text], { parameters: [type] }) =>
      type!.kind === 'bytes'
        ? { cost: read(text!.size), size: { min: Math.floor(text!.size.min / 4), max: text!.size.max } }
        : { cost: fixed(1) },
  ],
  [
    '@in',
    ([, within], { parameters }) => ({ cost: parameters[1]!.kind === 'list' ? within!.size : fixed(1) }),
  ],
  ['_+_', adding],
  ...all('_==_ _!=_', comparing),
  ...all('_<_ _<=_ _>_ _>=_', ordering),
  ['sets.contains', sets(1)],
  ['sets.intersects', sets(1)],
  ['sets.equivalent', sets(2)],
  [
    'slice',
    ([values, start, end]) =>
      listCall(1, fixed(Math.max(0, literalInt(end, values!.size.max) - literalInt(start, 0)))),
  ],
  ['lists.range', ([count]) => listCall(1, fixed(literalInt(count, endless)))],
  ['reverse', ([values]) => listCall(1, values!.size)],
  ['flatten', ([values, depth]) => listCall(depth ? literalInt(depth, endless) : 1, values!.size)],
  ['distinct', ([values]) => listCall(2, multiply(values!.size, values!.size))],
  ['sort', ([values], overload) => sorting(values!, overload)],
  ['@sortByAssociatedKeys', ([, keys], overload) => sorting(keys!, overload)],
]);

/** The cost of a call with its arguments: between the least and the most of the overloads that it may mean. */
export function callEstimate(
  { function: known, overloads }: ResolvedCall,
  args: readonly Sized[],
  costs: readonly Range[],
): Estimate {
  const [first, second, third] = costs;
  if (known.name === '_&&_' || known.name === '_||_')
    return { cost: { min: first!.min, max: add(first!, second!).max } };
  if (known.name === '_?_:_')
    return { cost: add(first!, union(second!, third!)), size: union(args[1]!.size, args[2]!.size) };
  const rule = rules.get(known.name) ?? nominal;
  const estimates = overloads.map(overload => rule(args, overload) ?? { cost: fixed(1) });
  const cost = estimates.map(estimate => estimate.cost).reduce(union);
  const sizes = estimates.flatMap(({ size }) => (size ? [size] : []));
  return { cost: add(cost, ...costs), ...(sizes.length > 0 && { size: sizes.reduce(union) }) };
}
