import { isObject, type Json, type JsonObject } from '@millrace/json';
import { labelKeyProblems, labelValueProblems } from './label-names.ts';
import { badRequest } from './status.ts';

export type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  /** The one value that is wanted, where it is one. */
  readonly value?: string;
  readonly test: (value: string | undefined) => boolean;
}

/** True for the labels that a selector chooses. */
export type LabelSelector = (labels: Labels) => boolean;

/** One that a request has named. */
export interface ParsedSelector {
  (labels: Labels): boolean;
  /** Labels that all that is chosen has, as `key=value`. */
  readonly pairs: readonly string[];
}

/**
 * Parse the labelSelector parameter: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. Throws a 400 ApiError.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string): ParsedSelector | undefined {
  const requirements = new Parser(text).all();
  if (requirements.length === 0) return undefined;
  const selects = (labels: Labels) =>
    requirements.every(({ key, test }) => test(Object.hasOwn(labels, key) ? labels[key] : undefined));
  const pairs = requirements.flatMap(({ key, value }) => (value === undefined ? [] : [`${key}=${value}`]));
  return Object.assign(selects, { pairs });
}

/** A LabelSelector object as specs hold it. An empty one selects everything, a missing one nothing. */
export function matchLabelSelector(selector: Json | undefined, labels: Labels): boolean {
  return labelMatcher(selector)(labels);
}

/** The same for many labels, of which most are not chosen. */
export function labelMatcher(selector: Json | undefined): LabelSelector {
  if (!isObject(selector)) return () => false;
  const exact = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  return labels => {
    for (const [key, value] of exact) if (labels[key] !== value || !Object.hasOwn(labels, key)) return false;
    return expressions.every(expression => isObject(expression) && matchExpression(expression, labels));
  };
}

/** One of the matchExpressions of a selector; an operator that is none selects nothing. */
export function matchExpression(expression: JsonObject, labels: Readonly<Record<string, Json>>): boolean {
  const key = String(expression.key);
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const values = Array.isArray(expression.values) ? expression.values : [];
  switch (expression.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** A LabelSelector object in the grammar of the labelSelector parameter, its requirements in the order of their keys. */
export function formatLabelSelector(selector: JsonObject): string {
  const exact = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  return [
    ...exact.map(([key, value]) => [key, `${key}=${value}`] as const),
    ...expressions.filter(isObject).map(each => [String(each.key), formatExpression(each)] as const),
  ]
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, text]) => text)
    .join(',');
}

function formatExpression({ key, operator, values }: JsonObject): string {
  if (operator === 'Exists') return String(key);
  if (operator === 'DoesNotExist') return `!${key}`;
  const list = Array.isArray(values) ? [...values].sort().join(',') : '';
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${list})`;
}

const token = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/y;

/** Reads the grammar of selectors. Source of the words of its errors: the parser of apimachinery's labels. */
class Parser {
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(text: string) {
    token.lastIndex = 0;
    const trimmed = text.trimEnd();
    while (token.lastIndex < trimmed.length) this.#tokens.push(token.exec(trimmed)![1]!);
  }

  all(): Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#peek() !== undefined) {
      if (!this.#begins())
        throw badRequest(`found '${this.#peek()}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next === undefined) break;
      if (next !== ',') throw badRequest(`found '${next}', expected: ',' or 'end of string'`);
      if (!this.#begins()) throw badRequest(`found '${this.#peek() ?? ''}', expected: identifier after ','`);
    }
    return requirements;
  }

  /** True at what a requirement may begin with. */
  #begins(): boolean {
    return this.#peek() === '!' || isWord(this.#peek());
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#take();
    const key = this.#key();
    if (negated) return { key, test: value => value === undefined };
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return { key, test: value => value !== undefined };
    this.#take();
    if (operator === '=' || operator === '==') {
      const [wanted = ''] = legal(key, [this.#value()]);
      return { key, value: wanted, test: value => value === wanted };
    }
    return { key, test: this.#test(key, operator) };
  }

  #test(key: string, operator: string): (value: string | undefined) => boolean {
    switch (operator) {
      case '!=': {
        const [unwanted] = legal(key, [this.#value()]);
        return value => value !== unwanted;
      }
      case 'in': {
        const wanted = new Set(legal(key, this.#values()));
        return value => value !== undefined && wanted.has(value);
      }
      case 'notin': {
        const unwanted = new Set(legal(key, this.#values()));
        return value => value === undefined || !unwanted.has(value);
      }
      case '<':
      case '>':
        return this.#comparison(operator);
      default:
        return fail(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #comparison(operator: '<' | '>'): (value: string | undefined) => boolean {
    const text = this.#value();
    const why = "for 'Gt', 'Lt' operators, the value must be an integer";
    if (!/^[-+]?\d+$/.test(text)) fail(`values[0]: Invalid value: ${JSON.stringify(text)}: ${why}`);
    const limit = Number(text);
    return value => {
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === '<' ? Number(value) < limit : Number(value) > limit;
    };
  }

  #key(): string {
    const key = this.#word();
    const [problem] = labelKeyProblems(key, '<nil>');
    return problem ? fail(`${problem.field}: ${problem.message}`) : key;
  }

  #word(): string {
    const word = this.#take();
    return isWord(word) ? word : fail(`found '${word ?? ''}', expected: identifier`);
  }

  /** A value may be missing: `a=` means the empty string. */
  #value(): string {
    const next = this.#peek();
    return next === undefined || next === ',' ? '' : this.#word();
  }

  /** `(a,b)`; `(,b)` has the empty string in it. */
  #values(): string[] {
    const opening = this.#take();
    if (opening !== '(') fail(`found '${opening ?? ''}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const next = this.#peek();
      values.push(isWord(next) ? this.#word() : '');
      const end = this.#take();
      if (end === ')') return values;
      if (end !== ',') fail(`found '${end ?? ''}', expected: ',' or ')'`);
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && !/^[!=(),<>]/.test(text);
}

/** The values, which must be those of labels. */
function legal(key: string, values: readonly string[]): readonly string[] {
  const problems = [...new Set(values)]
    .sort()
    .flatMap((value, i) => labelValueProblems(value, `values[${i}][${key}]`))
    .map(({ field, message }) => `${field}: ${message}`);
  if (problems.length > 0) fail(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
  return values;
}

function fail(why: string): never {
  throw badRequest(`unable to parse requirement: ${why}`);
}
