import {
  type GoMap,
  JsonMarshalError,
  JsonUnmarshalError,
  jsonValue,
  listOf,
  mapOf,
  type Value,
} from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { parseAll, stringify, YamlError } from '@millrace/yaml';
import { goYamlProblem } from './yaml-problem.ts';

/** `mustToYaml`: YAML without the newline at its end, by way of JSON. Throws JsonMarshalError. */
export function mustToYaml(value: Value): string {
  // stringify prints the bigints that Json does not name.
  return stringify(jsonValue(value) as Json).slice(0, -1);
}

/** `toYaml`: the same, and nothing for what cannot be written. */
export function toYaml(value: Value): string {
  return orNothing(() => mustToYaml(value));
}

/** `toYamlPretty`: as go-yaml v3 writes it, and nothing for what cannot be written. */
export function toYamlPretty(value: Value): string {
  return orNothing(() => stringify(jsonValue(value) as Json, { style: 'go-yaml-3' }).replace(/\n$/, ''));
}

function orNothing(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof JsonMarshalError) return '';
    throw error;
  }
}

/** A YAML text that Go's reader refuses, in the words of sigs.k8s.io/yaml. */
export class YamlTextError extends Error {
  override readonly name = 'YamlTextError';
}

/**
 * The first document of a text as sigs.k8s.io/yaml reads it: the last of two keys wins, numbers are float64. Throws
 * YamlTextError.
 */
export function readYaml(text: string): Value {
  try {
    return (parseAll(text, { duplicates: 'last' })[0] ?? null) as Value;
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new YamlTextError(`error converting YAML to JSON: ${goYamlProblem(cause, text)}`, { cause });
  }
}

/** `fromYaml`: a map, in which an error stands under the key Error. */
export function fromYaml(text: string): GoMap {
  return read(
    text,
    value => (value === null ? {} : mapOf(value)),
    problem => ({ Error: problem }),
  );
}

/** `fromYamlArray`: a list, of which an error is the only item. */
export function fromYamlArray(text: string): Value[] {
  return read(
    text,
    value => (value === null ? [] : listOf(value)),
    problem => [problem],
  );
}

function read<T>(text: string, shaped: (value: Value) => T, failed: (problem: string) => T): T {
  try {
    return shaped(readYaml(text));
  } catch (error) {
    if (error instanceof YamlTextError) return failed(error.message);
    if (!(error instanceof JsonUnmarshalError)) throw error;
    return failed(`error unmarshaling JSON: while decoding JSON: ${error.message}`);
  }
}
