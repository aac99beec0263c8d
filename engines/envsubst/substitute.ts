import { matchEnd, matchStart } from './glob.ts';

/** The text holds an expression that cannot be evaluated. */
export class SubstitutionError extends Error {
  override readonly name = 'SubstitutionError';
}

export interface SubstituteOptions {
  /** A variable that has neither value nor default is an error instead of empty. */
  strict?: boolean;
}

/** What a variable may be called: kustomize-controller, docs/spec/v1. */
const variableName = /[_\p{L}][_\p{L}\p{Nd}]*/uy;

/** Expressions inside defaults may nest this deep. */
const depthLimit = 32;

/**
 * Replace `${…}` in a text as Flux's envsubst does: values, defaults, lengths, case, substrings, trims and
 * replacements. `$${` gives `${`; a `$` alone stays. Throws SubstitutionError with the expression and its line.
 */
export function substitute(
  text: string,
  variables: Record<string, string>,
  options: SubstituteOptions = {},
): string {
  for (const name of Object.keys(variables)) {
    if (nameAt(name, 0) === name) continue;
    throw new SubstitutionError(
      `'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
    );
  }
  return readText({ text, at: 0, variables, strict: options.strict ?? false }, '', 0);
}

interface Reader {
  text: string;
  at: number;
  variables: Record<string, string>;
  strict: boolean;
}

/** Text and expressions up to one of the stops, which is left unread, or to the end. */
function readText(reader: Reader, stops: string, depth: number): string {
  const { text } = reader;
  let out = '';
  while (reader.at < text.length) {
    const character = text[reader.at]!;
    if (stops.includes(character)) break;
    if (text.startsWith('$${', reader.at)) {
      out += '${';
      reader.at += 3;
    } else if (text.startsWith('${', reader.at)) {
      out += readExpression(reader, depth + 1);
    } else if (character === '\\' && stops.includes('/') && text[reader.at + 1] === '/') {
      out += '/';
      reader.at += 2;
    } else {
      out += character;
      reader.at++;
    }
  }
  return out;
}

function readExpression(reader: Reader, depth: number): string {
  const start = reader.at;
  if (depth > depthLimit) throw problem(reader, start, `nests deeper than ${depthLimit}`);
  reader.at += 2;
  const length = take(reader, '#');
  const name = nameAt(reader.text, reader.at);
  if (!name) throw problem(reader, start, 'has no variable name');
  reader.at += name.length;
  const value = Object.hasOwn(reader.variables, name) ? reader.variables[name] : undefined;
  const result = length ? { text: String((value ?? '').length) } : operate(reader, value ?? '', start, depth);
  if (!take(reader, '}'))
    throw problem(reader, start, 'has no closing brace, or an operation that is not supported');
  const lacking = value === undefined && !('isDefault' in result);
  if (lacking && reader.strict) throw problem(reader, start, `variable not set (strict mode): "${name}"`);
  return result.text;
}

type Result = { text: string; isDefault?: true };

/** What follows the name, up to the closing brace. */
function operate(reader: Reader, value: string, start: number, depth: number): Result {
  const operand = (stops = '}') => readText(reader, stops, depth);
  const orDefault = (): Result => {
    const text = operand();
    return { text: value === '' ? text : value, isDefault: true };
  };
  if (take(reader, '^^')) return { text: value.toUpperCase() };
  if (take(reader, '^')) return { text: value.slice(0, 1).toUpperCase() + value.slice(1) };
  if (take(reader, ',,')) return { text: value.toLowerCase() };
  if (take(reader, ',')) return { text: value.slice(0, 1).toLowerCase() + value.slice(1) };
  if (take(reader, ':=') || take(reader, ':-') || take(reader, '=') || take(reader, '-')) return orDefault();
  if (take(reader, '##')) return { text: withoutStart(value, operand(), true) };
  if (take(reader, '#')) return { text: withoutStart(value, operand(), false) };
  if (take(reader, '%%')) return { text: withoutEnd(value, operand(), true) };
  if (take(reader, '%')) return { text: withoutEnd(value, operand(), false) };
  if (take(reader, '/')) return { text: replace(reader, value, operand) };
  if (take(reader, ':')) return { text: slice(reader, value, start, operand) };
  return { text: value };
}

function replace(reader: Reader, value: string, operand: (stops?: string) => string): string {
  const mode = ['/', '#', '%'].find(sign => take(reader, sign));
  const pattern = operand('/}');
  const replacement = take(reader, '/') ? operand() : '';
  if (pattern === '') return value;
  if (mode === '/') return value.replaceAll(pattern, () => replacement);
  if (mode === '#') return value.startsWith(pattern) ? replacement + value.slice(pattern.length) : value;
  if (mode === '%') return value.endsWith(pattern) ? value.slice(0, -pattern.length) + replacement : value;
  return value.replace(pattern, () => replacement);
}

function slice(reader: Reader, value: string, start: number, operand: (stops?: string) => string): string {
  const offset = number(reader, start, operand(':}'));
  if (!take(reader, ':')) return value.slice(offset);
  return value.slice(offset, offset + number(reader, start, operand()));
}

function number(reader: Reader, start: number, text: string): number {
  if (!/^ *\d+ *$/.test(text)) throw problem(reader, start, `has "${text}" where a number is needed`);
  return Number(text);
}

function withoutStart(value: string, pattern: string, longest: boolean): string {
  return value.slice(Math.max(matchStart(value, pattern, longest), 0));
}

function withoutEnd(value: string, pattern: string, longest: boolean): string {
  const begin = matchEnd(value, pattern, longest);
  return begin < 0 ? value : value.slice(0, begin);
}

function take(reader: Reader, token: string): boolean {
  if (!reader.text.startsWith(token, reader.at)) return false;
  reader.at += token.length;
  return true;
}

function nameAt(text: string, at: number): string | undefined {
  variableName.lastIndex = at;
  return variableName.exec(text)?.[0];
}

/** The text may hold secrets: only the beginning of the expression is shown, which is what the author wrote. */
function problem({ text }: Reader, start: number, what: string): SubstitutionError {
  const line = text.slice(0, start).split('\n').length;
  const shown = text.slice(start, start + 40).split('\n')[0];
  return new SubstitutionError(`line ${line}: the expression ${JSON.stringify(shown)} ${what}`);
}
