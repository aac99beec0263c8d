import type { Json } from '@millrace/json';
import { areFindable, duplicateKeys, strictFindings } from './go-json.ts';

/** What strict decoding finds wrong with the text of a body, whatever it says: keys that stand twice. */
export interface TextProblems {
  readonly warnings: readonly string[];
  /** As one error tells of them. */
  readonly errors: readonly string[];
  /** The same and the fields that are unknown, as they come: where one reading finds both. */
  readonly with?: (unknown: readonly string[]) => readonly string[] | undefined;
}

/** Nobody reads more. */
const most = 500;

export const noTextProblems: TextProblems = { warnings: [], errors: [] };

/** `duplicate field "spec.replicas"` of a JSON text that holds this value. */
export function jsonProblems(text: string, value: Json): TextProblems {
  const problems = duplicateKeys(text, value)
    .slice(0, most)
    .map(field => `duplicate field "${field}"`);
  return { warnings: problems, errors: problems };
}

/** Those of a JSON text that is read into the type of its kind. */
export function typedJsonProblems(text: string, value: Json): TextProblems {
  const problems = jsonProblems(text, value);
  if (problems.errors.length === 0) return noTextProblems;
  return {
    ...problems,
    with: unknown => (areFindable(unknown) ? strictFindings(text, unknown).slice(0, most) : undefined),
  };
}

/** `line 5: key "a" already set in map`, as Go's reader of YAML says it. */
export function yamlProblems(duplicates: readonly { key: string; line: number }[]): TextProblems {
  if (duplicates.length === 0) return noTextProblems;
  const warnings = duplicates
    .slice(0, most)
    .map(({ key, line }) => `line ${line}: key ${JSON.stringify(key)} already set in map`);
  return { warnings, errors: [['yaml: unmarshal errors:', ...warnings].join('\n  ')] };
}
