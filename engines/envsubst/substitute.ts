import { SubstitutionError } from './error.ts';
import { Budget, limits } from './limits.ts';
import { changeCase, replace, slice, trim } from './operators.ts';

export interface SubstituteOptions {
  /** A variable that has neither value nor default is an error instead of empty. */
  strict?: boolean;
}

/** What a variable may be called: kustomize-controller, docs/spec/v1. */
const variableName = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
/** What an expression may call one. */
const name = /[_\p{L}\p{Nd}]+/uy;

/**
 * Replace `${…}` in a text as Flux's envsubst does (fluxcd/pkg/envsubst v1.7, of Flux 2.9): values, defaults, lengths,
 * case, substrings, trims and replacements. `$$` gives `$`; a `$` before anything but a brace stays.
 * Throws SubstitutionError with the beginning of the expression and its line.
 */
export function substitute(
  text: string,
  variables: Record<string, string>,
  options: SubstituteOptions = {},
): string {
  for (const key of Object.keys(variables)) {
    if (variableName.test(key)) continue;
    throw new SubstitutionError(
      `'${key}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
    );
  }
  const reader: Reader = { text, at: 0, variables, strict: options.strict ?? false, budget: new Budget() };
  const parts: string[] = [];
  for (;;) {
    const dollar = text.indexOf('$', reader.at);
    parts.push(text.slice(reader.at, dollar < 0 ? undefined : dollar));
    if (dollar < 0) return parts.join('');
    reader.at = dollar;
    if (text[dollar + 1] === '{') parts.push(readExpression(reader, 1));
    else {
      parts.push('$');
      reader.at += text[dollar + 1] === '$' ? 2 : 1;
    }
  }
}

interface Reader {
  readonly text: string;
  at: number;
  readonly variables: Record<string, string>;
  readonly strict: boolean;
  readonly budget: Budget;
}

/** From `${` to its closing brace. */
function readExpression(reader: Reader, depth: number): string {
  const start = reader.at;
  try {
    if (depth > limits.depth) throw new SubstitutionError(`expressions nest deeper than ${limits.depth}`);
    reader.at += 2;
    const result = evaluate(reader, depth);
    reader.budget.characters(result.length);
    return result;
  } catch (error) {
    if (!(error instanceof SubstitutionError) || depth > 1) throw error;
    throw new SubstitutionError(`${placeOf(reader.text, start)}: ${error.message}`, { cause: error });
  }
}

function evaluate(reader: Reader, depth: number): string {
  const isLength = take(reader, ['#']) !== '';
  const variable = takeName(reader);
  if (isLength) {
    close(reader, 'bad substitution');
    return String(Buffer.byteLength(read(reader, variable)));
  }
  const operator = takeOperator(reader);
  if (isDefault(operator)) {
    const { variables } = reader;
    const given = Object.hasOwn(variables, variable) ? variables[variable]! : '';
    const otherwise = readOperands(reader, depth);
    return given === '' ? otherwise : given;
  }
  return operate(reader, operator, variable, depth);
}

/** Whatever is done with the value of a variable; what follows the operator is read first, as Flux does. */
function operate(reader: Reader, operator: string, variable: string, depth: number): string {
  const { budget } = reader;
  const operand = (stops: string, escapes = false): string => readOperand(reader, depth, stops, escapes);
  switch (operator[0]) {
    case undefined:
      close(reader, 'missing closing brace');
      return read(reader, variable);
    case '^':
    case ',':
      close(reader);
      return changeCase(read(reader, variable), operator);
    case '#':
    case '%': {
      const pattern = operand('}');
      close(reader);
      return trim(read(reader, variable), operator, pattern, budget);
    }
    case '/': {
      const pattern = reader.text[reader.at] === '/' ? '' : operand('/', true);
      if (!takeAll(reader, '/'))
        throw new SubstitutionError('bad substitution: a / is missing behind the pattern');
      const by = reader.text[reader.at] === '}' ? undefined : operand('}', true);
      close(reader);
      return replace(read(reader, variable), operator, pattern, by, budget);
    }
    default: {
      const offset = operand(':}');
      const length = takeAll(reader, ':') ? operand('}') : undefined;
      close(reader);
      return slice(read(reader, variable), offset, length);
    }
  }
}

/** Alone of the operators these take a variable that is not set; Flux has the same meaning for all of them. */
function isDefault(operator: string): boolean {
  return operator === '=' || (operator.length === 2 && operator.startsWith(':'));
}

function takeOperator(reader: Reader): string {
  const sign = reader.text[reader.at] ?? '';
  switch (sign) {
    case ':':
      return take(reader, [':=', ':-', ':?', ':+', ':']);
    case '/':
      return take(reader, ['//', '/#', '/%', '/']);
    case ',':
    case '^':
      return take(reader, [',,', '^^', ',^', '^,', sign]);
    default:
      return take(reader, ['##', '#', '%%', '%', '=']);
  }
}

/** The value of a variable; one that is not set is empty, or an error. */
function read(reader: Reader, variable: string): string {
  if (Object.hasOwn(reader.variables, variable)) {
    const value = reader.variables[variable]!;
    reader.budget.characters(value.length);
    return value;
  }
  if (reader.strict) throw new SubstitutionError(`variable not set (strict mode): "${variable}"`);
  return '';
}

/** Texts and expressions up to the closing brace, which is taken. */
function readOperands(reader: Reader, depth: number): string {
  const parts: string[] = [];
  while (take(reader, ['}']) === '') parts.push(readOperand(reader, depth, '}', false));
  return parts.join('');
}

/** One expression, or text up to the next one or to a stop, which stays; it cannot be empty. */
function readOperand(reader: Reader, depth: number, stops: string, escapes: boolean): string {
  const { text } = reader;
  if (text.startsWith('${', reader.at)) return readExpression(reader, depth + 1);
  const parts: string[] = [];
  let from = reader.at;
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at]!;
    if (escapes && isEscape(text, at)) {
      parts.push(text.slice(from, at));
      from = ++at;
    } else if (stops.includes(character) || (character === '$' && text[at + 1] === '{')) break;
  }
  if (at === reader.at) throw new SubstitutionError('unable to parse substitution within function');
  reader.at = at;
  parts.push(text.slice(from, at));
  return parts.join('');
}

/** In what is replaced, and by what: `$$`, `\/` and `\\` stand for their second character. */
function isEscape(text: string, at: number): boolean {
  const next = text[at + 1];
  return text[at] === '$' ? next === '$' : text[at] === '\\' && (next === '/' || next === '\\');
}

function close(reader: Reader, otherwise = 'bad substitution'): void {
  if (take(reader, ['}']) === '') throw new SubstitutionError(otherwise);
}

/** Takes the first of the texts that stands here; '' where none does. */
function take(reader: Reader, texts: readonly string[]): string {
  const found = texts.find(text => reader.text.startsWith(text, reader.at)) ?? '';
  reader.at += found.length;
  return found;
}

/** Takes all of a sign that follow each other, as Flux does. */
function takeAll(reader: Reader, sign: string): boolean {
  const start = reader.at;
  while (reader.text[reader.at] === sign) reader.at++;
  return reader.at > start;
}

function takeName(reader: Reader): string {
  name.lastIndex = reader.at;
  const found = name.exec(reader.text)?.[0];
  if (found === undefined) throw new SubstitutionError('unable to parse variable name');
  reader.at += found.length;
  return found;
}

/** Only the beginning of an expression is shown, as its author wrote it: the text may hold secrets. */
function placeOf(text: string, start: number): string {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) line++;
  const shown = text.slice(start, start + 40).split('\n')[0];
  return `line ${line}: the expression ${JSON.stringify(shown)}`;
}
