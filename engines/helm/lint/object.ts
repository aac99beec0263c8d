import type { Json } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { decodeStruct, type Struct } from '../chart/decode.ts';
import { problemOf } from './message.ts';

/** What the linter looks at of an object in a manifest. */
export interface LintObject {
  apiVersion: string;
  kind: string;
  name: string;
}

const metadata: Struct = {
  name: 'k8sYamlMetadata',
  package: 'rules',
  fields: { Namespace: 'string', Name: 'string' },
};
const struct: Struct = {
  name: 'k8sYamlStruct',
  package: 'rules',
  fields: { apiVersion: 'string', Kind: 'string', Metadata: metadata },
};

/** The objects of a text of YAML, up to the first that is none, and what is wrong with that. Empty ones are left out. */
export function objectsOf(text: string): { objects: LintObject[]; problem: string | undefined } {
  const broken = brokenSeparator(text);
  if (broken === undefined) return objectsBetween(text);
  const { objects, problem } = objectsBetween(text.slice(0, broken.documentStart));
  return { objects, problem: problem ?? `invalid Yaml document separator: ${broken.rest}` };
}

/** The first `---` that something stands behind, and where the document before it begins, which is lost with it. */
function brokenSeparator(text: string): { documentStart: number; rest: string } | undefined {
  let documentStart = 0;
  for (const { 1: behind = '', index } of text.matchAll(/^---(.*)$/gm)) {
    const rest = behind.trim();
    if (rest !== '' && !rest.startsWith('#')) return { documentStart, rest };
    documentStart = index;
  }
  return undefined;
}

function objectsBetween(text: string): { objects: LintObject[]; problem: string | undefined } {
  const objects: LintObject[] = [];
  let documents: Json[] = [];
  const unreadable = problemOf(() => {
    documents = parseAll(text, { duplicates: 'last' });
  });
  if (unreadable !== undefined) return { objects, problem: `error converting YAML to JSON: ${unreadable}` };
  for (const document of documents) {
    if (document === null) continue;
    const problem = problemOf(() => objects.push(objectOf(document)));
    if (problem !== undefined) {
      return { objects, problem: `error unmarshaling JSON: while decoding JSON: ${problem}` };
    }
  }
  return { objects, problem: undefined };
}

function objectOf(document: Json): LintObject {
  const fields = decodeStruct(document, struct);
  const name = (fields.Metadata as { Name?: string } | undefined)?.Name ?? '';
  return { apiVersion: String(fields.apiVersion ?? ''), kind: String(fields.Kind ?? ''), name };
}
