import { isObject, type Json, type JsonObject } from '@millrace/json';
import { badRequest } from './status.ts';

export type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly test: (value: string | undefined) => boolean;
}

/** True for the labels that a selector chooses. */
export type LabelSelector = (labels: Labels) => boolean;

/**
 * Parse the labelSelector parameter: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. Throws a 400 ApiError.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  const requirements = new Parser(text).all();
  if (requirements.length === 0) return undefined;
  return labels =>
    requirements.every(({ key, test }) => test(Object.hasOwn(labels, key) ? labels[key] : undefined));
}

/** A LabelSelector object as specs hold it. An empty one selects everything, a missing one nothing. */
export function matchLabelSelector(selector: Json | undefined, labels: Labels): boolean {
  if (!isObject(selector)) return false;
  const exact = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  if (!exact.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)) return false;
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  return expressions.every(expression => isObject(expression) && matchExpression(expression, labels));
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

const token = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/y;

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
      requirements.push(this.#requirement());
      if (this.#peek() === undefined) break;
      if (this.#take() !== ',')
        this.#fail(`found '${this.#tokens[this.#next - 1]}', expected: ',' or 'end of string'`);
      if (this.#peek() === undefined) this.#fail("found '', expected: identifier after ','");
    }
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#peek() === '!') {
      this.#take();
      return { key: this.#key(), test: value => value === undefined };
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return { key, test: value => value !== undefined };
    this.#take();
    return { key, test: this.#test(operator) };
  }

  #test(operator: string): (value: string | undefined) => boolean {
    switch (operator) {
      case '=':
      case '==': {
        const wanted = this.#value();
        return value => value === wanted;
      }
      case '!=': {
        const unwanted = this.#value();
        return value => value !== unwanted;
      }
      case 'in': {
        const wanted = this.#values();
        return value => value !== undefined && wanted.has(value);
      }
      case 'notin': {
        const unwanted = this.#values();
        return value => value === undefined || !unwanted.has(value);
      }
      case '<':
      case '>':
        return this.#comparison(operator);
      default:
        return this.#fail(`found '${operator}', expected: in, notin, =, ==, !=, >, <`);
    }
  }

  #comparison(operator: '<' | '>'): (value: string | undefined) => boolean {
    const text = this.#value();
    if (!/^-?\d+$/.test(text)) this.#fail(`for '${operator}' operator, the value must be an integer`);
    const limit = Number(text);
    return value => {
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === '<' ? Number(value) < limit : Number(value) > limit;
    };
  }

  #key(): string {
    const key = this.#take();
    if (
      key === undefined ||
      !/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(key)
    ) {
      this.#fail(`found '${key ?? ''}', expected: a label key`);
    }
    return key;
  }

  /** A value may be missing: `a=` and `a in (,b)` mean the empty string. */
  #value(): string {
    const value = this.#peek();
    if (value === undefined || value === ',' || value === ')') return '';
    this.#take();
    if (!/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value) && !/^-?\d+$/.test(value)) {
      this.#fail(`invalid label value: "${value}"`);
    }
    return value;
  }

  #values(): Set<string> {
    if (this.#take() !== '(') this.#fail(`found '${this.#tokens[this.#next - 1] ?? ''}', expected: '('`);
    const values = new Set<string>();
    for (;;) {
      values.add(this.#value());
      const end = this.#take();
      if (end === ')') return values;
      if (end !== ',') this.#fail(`found '${end ?? ''}', expected: ',' or ')'`);
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }

  #fail(why: string): never {
    throw badRequest(`unable to parse requirement: ${why}`);
  }
}
