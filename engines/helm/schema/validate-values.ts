import { fromBytes, typeName, type Value } from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { isTable, lookUp } from '../values/table.ts';
import type { ResolveSchema } from './documents.ts';
import { failureText } from './failure.ts';
import { parseSchema } from './json-text.ts';
import { SchemaError } from './schema-error.ts';
import { compileSchema, type Validator } from './validator.ts';

export interface SchemaOptions {
  /**
   * Gives the schemas that others refer to by URL. Without it, and for those that it does not know, a reference beyond
   * values.schema.json is an error; Helm would fetch it.
   */
  resolve?: ResolveSchema;
}

/**
 * What the values of a chart and its subcharts fail of their schemas, in Helm's words; '' where they meet them.
 * The values are those of `coalesceValues`.
 */
export function schemaProblems(chart: Chart, values: Values, options: SchemaOptions = {}): string {
  let text = '';
  if (chart.schema !== undefined) {
    const problem = schemaProblem(chart.schema, values, options);
    if (problem !== '') text += `${chart.metadata.name}:\n${problem}`;
  }
  for (const dependency of chart.dependencies) {
    const { name } = dependency.metadata;
    const own = lookUp(values, name);
    if (own === undefined || own === null) continue;
    if (isTable(own)) text += schemaProblems(dependency, own, options);
    else text += `${name}:\ninvalid type for values: expected object (map), got ${typeName(own)}\n`;
  }
  return text;
}

/** The same of one schema, each failure a line. */
export function schemaProblem(schema: Uint8Array, values: Values, options: SchemaOptions = {}): string {
  try {
    const failures = validatorOf(schema, options)(values as Value);
    return failures.length === 0 ? '' : `${failureText(failures)}\n`;
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
}

/**
 * Values must meet the schemas of their charts.
 * @throws SchemaError. Rule: ToRenderValues of Helm 4.
 */
export function requireSchemas(chart: Chart, values: Values, options: SchemaOptions = {}): void {
  const problems = schemaProblems(chart, values, options);
  if (problems !== '') {
    throw new SchemaError(
      `values don't meet the specifications of the schema(s) in the following chart(s):\n${problems}`,
    );
  }
}

const unresolved: ResolveSchema = () => undefined;

/** Validators of schemas that refer to nothing outside, for as long as the chart lives. */
const validators = new WeakMap<Uint8Array, Validator>();

function validatorOf(schema: Uint8Array, { resolve = unresolved }: SchemaOptions): Validator {
  const known = resolve === unresolved ? validators.get(schema) : undefined;
  if (known !== undefined) return known;
  const validator = compileSchema(parseSchema(fromBytes(schema)), resolve);
  if (resolve === unresolved) validators.set(schema, validator);
  return validator;
}
