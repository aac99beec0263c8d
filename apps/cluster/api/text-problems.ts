import type { Json } from '@millrace/json';
import { duplicateKeys } from './go-json.ts';

/** What strict decoding finds wrong with the text of a body, whatever it says: keys that stand twice. */
export interface TextProblems {
  readonly warnings: readonly string[];
  /** As one error tells of them. */
  readonly errors: readonly string[];
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

/** `line 5: key "a" already set in map`, as Go's reader of YAML says it. */
export function yamlProblems(duplicates: readonly { key: string; line: number }[]): TextProblems {
  if (duplicates.length === 0) return noTextProblems;
  const warnings = duplicates
    .slice(0, most)
    .map(({ key, line }) => `line ${line}: key ${JSON.stringify(key)} already set in map`);
  return { warnings, errors: [['yaml: unmarshal errors:', ...warnings].join('\n  ')] };
}
