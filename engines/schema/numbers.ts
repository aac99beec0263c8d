import { equal, type Json } from '@millrace/json';
import { type FieldError, invalid } from './field-error.ts';

/** Whether a value is one of an enum: a fraction counts as the whole number before it, where that is asked for. */
export function isChosen(choice: Json, value: Json): boolean {
  if (equal(choice, value)) return true;
  // Source of the rule: go-openapi/validate, Enum, converts the value to the type of the choice.
  if (typeof choice !== 'number' || typeof value !== 'number' || !Number.isInteger(choice)) return false;
  return Math.trunc(value) === choice;
}

/**
 * What is wrong with a number that should be a multiple: a whole number is held to the whole part of the factor, unless
 * the schema asks for integers. Source of the rules: go-openapi/validate.
 */
export function multipleProblems(
  value: number,
  factor: number,
  type: string | undefined,
  path: string,
): FieldError[] {
  const isMisfit = type === 'integer' && !Number.isInteger(factor);
  const unfit = 'MultipleOf value must be of type integer (default format)';
  const problems = isMisfit ? [invalid('', '', `${unfit} in ${path}`)] : [];
  const effective = !isMisfit && Number.isInteger(value) ? Math.trunc(factor) : factor;
  if (effective <= 0) {
    const why = `factor MultipleOf declared for ${path} must be positive: ${effective}`;
    return [...problems, invalid(path, effective, why)];
  }
  if (isWhole(effective < 1 ? (1 / effective) * value : value / effective)) return problems;
  return [...problems, invalid(path, value, `${path} in body should be a multiple of ${factor}`)];
}

const tolerance = 1e-9;

/** Whether a number is whole, but for what floating point adds to it. */
function isWhole(value: number): boolean {
  const whole = Math.trunc(value);
  if (value === whole) return true;
  return Math.abs(value - whole) / (Math.abs(value) + Math.abs(whole)) < tolerance;
}
