import { contextFunction, goFunction } from '../function.ts';
import { canBackquote, quote } from '../quote.ts';
import { type CallContext, type TemplateFunction, typedNil, type Value } from '../value.ts';
import { Expression, type Match } from './expression.ts';
import { stringList } from './go-value.ts';
import { reserveList } from './sequence.ts';

/** How many expressions are kept compiled: charts use the same few over and over. */
const kept = 200;

type Compile = (context: CallContext, source: string, text: string) => Expression;

/** Go's regular expressions: RE2, so that time grows with the text alone. */
export function regexes(): Record<string, TemplateFunction> {
  const cache = new Map<string, Expression>();
  const must: Compile = (context, source, text) => {
    const expression = cache.get(source) ?? goExpression(source);
    if (cache.size >= kept) cache.delete(cache.keys().next().value!);
    cache.set(source, expression);
    context.spend((expression.weight * text.length) / 64);
    return expression;
  };
  // What has no `must` in its name panics, and says more.
  const panics: Compile = (context, source, text) => {
    try {
      return must(context, source, text);
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      const shown = canBackquote(source) ? `\`${source}\`` : quote(source);
      throw new Error(`regexp: Compile(${shown}): ${error.message}`, { cause: error });
    }
  };
  return {
    ...named('regex', searches(panics)),
    ...named('mustRegex', searches(must)),
    mustRegexMatch: contextFunction(['string', 'string'], (context, source, text) =>
      must(context, source, text).test(text),
    ),
    regexMatch: contextFunction(['string', 'string'], (context, source, text) =>
      isMatch(must, context, source, text),
    ),
    regexQuoteMeta: goFunction(['string'], text => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
  };
}

function named(
  prefix: string,
  functions: Record<string, TemplateFunction>,
): Record<string, TemplateFunction> {
  return Object.fromEntries(Object.entries(functions).map(([name, call]) => [prefix + name, call]));
}

/** An expression that Go's regexp does not take. */
class BadExpression extends Error {
  override readonly name = 'BadExpression';
}

function goExpression(source: string): Expression {
  try {
    return new Expression(source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The library leaves out what it would quote if that is nothing.
    const whole = message.endsWith('end of expression') ? `${message}: \`\`` : message;
    throw new BadExpression(whole, { cause: error });
  }
}

/** An expression that cannot be compiled matches nothing. */
function isMatch(compile: Compile, context: CallContext, source: string, text: string): boolean {
  try {
    return compile(context, source, text).test(text);
  } catch (error) {
    if (error instanceof BadExpression) return false;
    throw error;
  }
}

function searches(compile: Compile): Record<string, TemplateFunction> {
  return {
    Find: contextFunction(['string', 'string'], (context, source, text) => {
      for (const { groups } of compile(context, source, text).matches(text)) return groups[0];
      return '';
    }),
    FindAll: contextFunction(['string', 'string', 'int'], (context, source, text, count) => {
      const matches = upTo(context, compile(context, source, text), text, count);
      return texts(matches.map(match => match.groups[0]!));
    }),
    Split: contextFunction(['string', 'string', 'int'], (context, source, text, count) =>
      split(context, compile(context, source, text), text, count),
    ),
    ReplaceAll: contextFunction(['string', 'string', 'string'], (context, source, text, template) => {
      const expression = compile(context, source, text);
      return replaced(context, expression, text, match => expanded(template, expression, match));
    }),
    ReplaceAllLiteral: contextFunction(['string', 'string', 'string'], (context, source, text, replacement) =>
      replaced(context, compile(context, source, text), text, () => replacement),
    ),
  };
}

/** The first matches; all of them if the count is negative. */
function upTo(context: CallContext, expression: Expression, text: string, count: number): Match[] {
  const matches: Match[] = [];
  if (count === 0) return matches;
  for (const match of expression.matches(text)) {
    matches.push(match);
    if (matches.length % 1024 === 0) reserveList(context, matches.length);
    if (matches.length === count) break;
  }
  return matches;
}

/** No texts are a nil list. */
function texts(items: string[]): Value {
  return items.length > 0 ? stringList(items) : typedNil(stringList([]));
}

function split(context: CallContext, expression: Expression, text: string, count: number): Value {
  if (count === 0) return texts([]);
  if (text === '' && expression.source !== '') return stringList(['']);
  const pieces: string[] = [];
  let [start, end] = [0, 0];
  for (const match of upTo(context, expression, text, count)) {
    if (count > 0 && pieces.length === count - 1) break;
    end = match.start;
    // An empty match at the very start splits nothing off.
    if (match.end !== 0) pieces.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) pieces.push(text.slice(start));
  return stringList(pieces);
}

function replaced(
  context: CallContext,
  expression: Expression,
  text: string,
  replace: (match: Match) => string,
): string {
  let [out, end] = ['', 0];
  for (const match of expression.matches(text)) {
    out += text.slice(end, match.start) + replace(match);
    end = match.end;
    context.reserve(out.length);
  }
  return out + text.slice(end);
}

const reference = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/** `$1`, `${1}` and `${name}` as Go's Expand fills them in; a group that is not there is nothing. */
function expanded(template: string, expression: Expression, { groups }: Match): string {
  return template.replace(reference, (_: string, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const number = /^(0|[1-9][0-9]{0,7})$/.test(name) ? Number(name) : expression.groupNamed(name);
    return (number === undefined ? undefined : groups[number]) ?? '';
  });
}
