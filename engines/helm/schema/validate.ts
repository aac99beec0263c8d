import type { Value } from '@millrace/go-template';
import { isTable } from '../values/table.ts';
import { type Failure, someFailure } from './failure.ts';
import { pointerOf } from './pointer.ts';
import { fail, note, type Run, type Unevaluated } from './run.ts';
import type { Schema } from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { validateArray } from './validate-array.ts';
import { validateObject } from './validate-object.ts';
import { generalProblem, typeOf, validateNumber, validateString } from './validate-scalar.ts';

/** The schemas on the way to the one that validates, the innermost first. */
interface Scope {
  schema: Schema;
  /** The keyword that referred to it, '' for one that stands inside. */
  keyword: string;
  /** A number for each value: references that come back to the same one go in a circle. */
  value: number;
  parent: Scope | undefined;
}

/** How many schemas may be tried on values before it is too much: references multiply quickly. */
const mostSteps = 2_000_000;

/**
 * Why a value does not meet a schema; none where it does.
 * @throws SchemaError for a schema that takes too many steps.
 */
export function validate(schema: Schema, value: Value, steps = { left: mostSteps }): Failure[] {
  const scope: Scope = { schema, keyword: '', value: 0, parent: undefined };
  const failure = new Validation(value, [], scope, false, false, steps).failure();
  if (failure === undefined) return [];
  return failure.kind === 'group' ? failure.causes : [failure];
}

/** One value by one schema. */
class Validation implements Run {
  readonly schema: Schema;
  readonly path: readonly string[];
  readonly failures: Failure[] = [];
  readonly quick: boolean;
  readonly unevaluated: Unevaluated;
  readonly #value: Value;
  readonly #scope: Scope;
  readonly #steps: { left: number };

  /** `wanted`: whether who asks wants to know what is left unevaluated. */
  constructor(
    value: Value,
    path: readonly string[],
    scope: Scope,
    quick: boolean,
    wanted: boolean,
    steps: { left: number },
  ) {
    if (--steps.left < 0) {
      throw new SchemaError(`the schema takes more than ${mostSteps} steps, at ${pointerOf(path) || '/'}`);
    }
    this.#steps = steps;
    this.#value = value;
    this.path = path;
    this.schema = scope.schema;
    this.#scope = scope;
    this.quick = quick;
    this.unevaluated = unevaluatedBy(scope.schema, value, wanted);
  }

  failure(): Failure | undefined {
    const { schema } = this;
    if (schema.always !== undefined) return schema.always ? undefined : this.#single(() => 'false schema');
    const circle = circleOf(this.#scope);
    if (circle !== undefined) return this.#single(() => circleText(this.#scope, circle));
    const type = typeOf(this.#value);
    if (type === undefined) return this.#single(() => 'invalid jsonType');
    const problem = generalProblem(schema, this.#value, type);
    if (problem !== undefined) return this.#single(problem);
    if (schema.ref !== undefined) {
      const failure = this.#reference(schema.ref, '$ref');
      if (schema.draft < 2019) return failure;
      note(this, failure);
    }
    this.#byType();
    if (this.failures.length === 0 || !this.quick) {
      this.#dynamicReferences();
      this.#combinations();
      this.#unevaluated();
    }
    if (this.failures.length <= 1) return this.failures[0];
    return this.quick ? someFailure : this.#gathered();
  }

  below = (schema: Schema, value: Value, key: string): Failure | undefined => {
    const scope: Scope = { schema, keyword: '', value: this.#scope.value + 1, parent: this.#scope };
    return new Validation(value, [...this.path, key], scope, this.quick, false, this.#steps).failure();
  };

  again = (schema: Schema, quick = false, keyword = ''): Failure | undefined => {
    const scope: Scope = { schema, keyword, value: this.#scope.value, parent: this.#scope };
    const wanted = isAnyLeft(this.unevaluated);
    const other = new Validation(this.#value, this.path, scope, this.quick || quick, wanted, this.#steps);
    const failure = other.failure();
    if (failure === undefined) keepCommon(this.unevaluated, other.unevaluated);
    return failure;
  };

  apart = (schema: Schema, value: Value): Failure[] => validate(schema, value, this.#steps);

  #single(message: () => string): Failure {
    return this.quick ? someFailure : { path: this.path, kind: 'keyword', message, causes: [] };
  }

  #gathered(): Failure {
    return { path: this.path, kind: 'group', message: () => 'validation failed', causes: this.failures };
  }

  #byType(): void {
    const value = this.#value;
    if (typeof value === 'string') validateString(this, value);
    else if (typeof value === 'number' || typeof value === 'bigint') validateNumber(this, value);
    else if (Array.isArray(value)) validateArray(this, value);
    else if (isTable(value)) validateObject(this, value);
  }

  #reference(schema: Schema, keyword: string): Failure | undefined {
    const failure = this.again(schema, false, keyword);
    if (failure === undefined || this.quick) return failure;
    const causes = failure.kind === 'group' ? failure.causes : [failure];
    return { path: this.path, kind: 'reference', message: () => 'validation failed', causes };
  }

  #dynamicReferences(): void {
    const { recursiveRef, dynamicRef } = this.schema;
    if (recursiveRef !== undefined) {
      const outermost = recursiveRef.recursiveAnchor ? outermostRecursive(this.#scope) : undefined;
      note(this, this.#reference(outermost ?? recursiveRef, '$recursiveRef'));
    }
    if (dynamicRef !== undefined) {
      const { schema, anchor } = dynamicRef;
      const isDynamic = anchor !== undefined && schema.dynamicAnchor === anchor;
      const outermost = isDynamic ? outermostDynamic(this.#scope, anchor) : undefined;
      note(this, this.#reference(outermost ?? schema, '$dynamicRef'));
    }
  }

  #combinations(): void {
    const { schema } = this;
    if (schema.not !== undefined && this.again(schema.not, true) === undefined) {
      fail(this, () => "'not' failed");
    }
    if (schema.allOf.length > 0) this.#allOf();
    if (schema.anyOf.length > 0) this.#anyOf();
    if (schema.oneOf.length > 0) this.#oneOf();
    if (schema.condition === undefined) return;
    const { test, met, unmet } = schema.condition;
    const next = this.again(test, true) === undefined ? met : unmet;
    if (next !== undefined) note(this, this.again(next));
  }

  #allOf(): void {
    const failures: Failure[] = [];
    for (const one of this.schema.allOf) {
      const failure = this.again(one);
      if (failure === undefined) continue;
      failures.push(failure);
      if (this.quick) break;
    }
    if (failures.length > 0) fail(this, () => "'allOf' failed", failures);
  }

  #anyOf(): void {
    const failures: Failure[] = [];
    let matched = false;
    for (const one of this.schema.anyOf) {
      const failure = this.again(one);
      if (failure !== undefined) failures.push(failure);
      else matched = true;
      // What is evaluated is only known when all have had a look.
      if (matched && !isAnyLeft(this.unevaluated)) break;
    }
    if (!matched) fail(this, () => "'anyOf' failed", failures);
  }

  #oneOf(): void {
    const failures: Failure[] = [];
    let matched: number | undefined;
    for (const [at, one] of this.schema.oneOf.entries()) {
      const failure = this.again(one, matched !== undefined);
      if (failure !== undefined) {
        if (matched === undefined) failures.push(failure);
      } else if (matched === undefined) matched = at;
      else {
        const first = matched;
        fail(this, () => `'oneOf' failed, subschemas ${first}, ${at} matched`);
        break;
      }
    }
    if (matched === undefined) fail(this, () => "'oneOf' failed, none matched", failures);
  }

  #unevaluated(): void {
    const value = this.#value;
    const { object, array } = this.schema;
    if (isTable(value) && object.unevaluated !== undefined) {
      for (const key of this.unevaluated.keys) {
        note(this, this.below(object.unevaluated, value[key] as Value, key));
      }
      this.unevaluated.keys.clear();
    }
    if (Array.isArray(value) && array.unevaluated !== undefined) {
      for (const at of this.unevaluated.items)
        note(this, this.below(array.unevaluated, value[at], String(at)));
      this.unevaluated.items.clear();
    }
  }
}

function unevaluatedBy({ object, array }: Schema, value: Value, wanted: boolean): Unevaluated {
  const left: Unevaluated = { keys: new Set(), items: new Set() };
  if (Array.isArray(value)) {
    if (array.rest !== undefined || (!wanted && array.unevaluated === undefined)) return left;
    for (let at = array.prefix.length; at < value.length; at++) left.items.add(at);
  } else if (
    isTable(value) &&
    object.additional === undefined &&
    (wanted || object.unevaluated !== undefined)
  ) {
    for (const key of Object.keys(value).sort()) left.keys.add(key);
  }
  return left;
}

function isAnyLeft({ keys, items }: Unevaluated): boolean {
  return keys.size > 0 || items.size > 0;
}

function keepCommon(left: Unevaluated, other: Unevaluated): void {
  for (const key of left.keys) if (!other.keys.has(key)) left.keys.delete(key);
  for (const at of left.items) if (!other.items.has(at)) left.items.delete(at);
}

/** The scope of the same value and schema further out, if there is one. */
function circleOf(scope: Scope): Scope | undefined {
  for (let outer = scope.parent; outer?.value === scope.value; outer = outer.parent) {
    if (outer.schema === scope.schema) return outer;
  }
  return undefined;
}

function circleText(scope: Scope, circle: Scope): string {
  const url = JSON.stringify(scope.schema.location);
  return `both ${keywordPath(scope)} and ${keywordPath(circle)} resolve to ${url} causing reference cycle`;
}

function keywordPath(scope: Scope): string {
  let path = '';
  for (let at = scope; at.parent !== undefined; at = at.parent) {
    const inside = at.schema.location.slice(at.parent.schema.location.length);
    path = (at.keyword === '' ? inside : `/${at.keyword}`) + path;
  }
  return path;
}

function outermostRecursive(scope: Scope): Schema | undefined {
  let found: Schema | undefined;
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    if (at.schema.resource.recursiveAnchor) found = at.schema;
  }
  return found;
}

function outermostDynamic(scope: Scope, anchor: string): Schema | undefined {
  let found: Schema | undefined;
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    found = at.schema.resource.dynamicAnchors.get(anchor) ?? found;
  }
  return found;
}
