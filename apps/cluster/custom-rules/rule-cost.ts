import { endless, estimateCost, type Program, requestLimit } from '@millrace/cel';
import { isObject, type JsonObject } from '@millrace/json';
import type { Cause } from '../api/status.ts';
import type { RuleTree } from './rule-tree.ts';

/** What one rule, and what all rules of a definition, may cost at most. */
const ruleLimit = 10_000_000;
const totalLimit = 100_000_000;

/** How often there can be a value of a schema in an object; undefined where nothing limits it. */
export type Cardinality = number | undefined;

/** How often there can be what lies directly within a schema. */
export function cardinalityWithin(schema: JsonObject, own: Cardinality): Cardinality {
  const most =
    schema.type === 'array'
      ? schema.maxItems
      : schema.type === 'object' && isObject(schema.additionalProperties)
        ? schema.maxProperties
        : 1;
  if (own === undefined || typeof most !== 'number') return undefined;
  return own * Math.max(0, most);
}

/**
 * Adds up what the rules of a definition can cost, and says which are too dear.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#resource-use-by-validation-functions
 */
export class RuleCosts {
  readonly #dearest: { path: string; cost: number }[] = [];
  #total = 0;

  /** The problem of an expression that can cost too much by itself. */
  observe(
    program: Program,
    { declaration }: RuleTree,
    times: Cardinality,
    path: string,
    what: string,
  ): Cause[] {
    const { max } = estimateCost(program.checked, { self: declaration, oldSelf: declaration });
    const isMessage = what === 'messageExpression';
    // Without a limit, as often as the smallest value fits into a request.
    const count = isMessage ? 1 : (times ?? Math.floor(requestLimit / (declaration.fewestBytes + 1)));
    const cost = Math.min(endless, max === 0 ? 0 : max * count);
    this.#total = Math.min(endless, this.#total + cost);
    if (cost >= totalLimit / 100) this.#dearest.push({ path, cost });
    return cost > ruleLimit ? [forbidden(path, tooDear(`estimated ${what} cost`, cost, ruleLimit))] : [];
  }

  /** The problems of the definition as a whole. */
  problems(path: string): Cause[] {
    if (this.#total <= totalLimit) return [];
    const dearest = this.#dearest.sort((a, b) => b.cost - a.cost).slice(0, 4);
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...dearest.map(({ path: at }) =>
        forbidden(
          at,
          'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      ),
      forbidden(path, tooDear(what, this.#total, totalLimit)),
    ];
  }
}

function forbidden(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function tooDear(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
