import { setImmediate } from 'node:timers/promises';
import type { Receiver } from '@millrace/api';
import { fromJson, type Program, type Value } from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';
import type { Accepted } from './asked.ts';
import { firstObject, requireNumbers } from './decode.ts';
import { Budget, compileCondition } from './expressions.ts';
import { isJson } from './media-type.ts';
import type { Webhook } from './webhook.ts';

/** Whether an object is to be woken. Rejects where the expression has no value. */
export type Filter = (object: KubeObject) => Promise<boolean>;

/** Milliseconds of filtering after which others have a turn. */
const turn = 10;

/**
 * The filters of a Receiver for one request: for each entry of spec.resources, undefined where all of its objects are
 * woken. Throws InvalidExpression, and SyntaxError where a body that says it is JSON is none.
 */
export function filtersOf(
  { spec }: Receiver,
  { header }: Webhook,
  { body, claims }: Accepted,
): (Filter | undefined)[] {
  const texts = spec.resources.map(({ filter }) => [spec.resourceFilter, filter].filter(text => !!text));
  if (texts.every(list => list.length === 0)) return texts.map(() => undefined);
  const request = (isJson(header('Content-Type')) && firstObject(body.toString('utf8'))) || {};
  requireNumbers(request);
  const place = claims ? 'filterWithClaims' : 'filter';
  const known = { req: request, ...(claims ? { claims } : {}) };
  const holds = evaluator(known);
  return texts.map(list => {
    const programs = list.map(text => compileCondition(place, text!));
    return programs.length === 0 ? undefined : object => holds(programs, object);
  });
}

/** Conditions over an object and what is known of the request; numbers are doubles, as Go decodes JSON. */
function evaluator(known: Record<string, JsonObject>) {
  const budget = new Budget();
  const values = new Map<string, Value>(
    Object.entries(known).map(([name, value]) => [name, fromJson(value, 'doubles')]),
  );
  let since = performance.now();
  return async (conditions: Program[], object: KubeObject): Promise<boolean> => {
    if (performance.now() - since > turn) {
      await setImmediate();
      since = performance.now();
    }
    // What stands beside metadata is not shown (docs/spec/v1/receivers.md, Filtering reconciled objects with CEL).
    const { apiVersion, kind, metadata } = object;
    const res = fromJson(asJson({ apiVersion, kind, metadata }), 'doubles');
    const value = (name: string) => (name === 'res' ? res : values.get(name));
    return conditions.every(condition => budget.evaluate(condition, value) === true);
  };
}
