import { describe, expect, test } from 'vitest';
import type { Values } from '../chart/chart.ts';
import golden from './golden/failures.json' with { type: 'json' };
import { schemaProblem } from './validate-values.ts';

interface Case {
  name: string;
  schema: unknown;
  /** The text of the schema, where it is none that JSON could hold. */
  text?: string;
  values: Values;
  /** Keys of values that are int64. */
  int64?: string[];
  error: string;
  /** Helm's own order changes from run to run. */
  sorted?: boolean;
}

/** What we say otherwise: the words of Go's JSON reader, and of its parsers of addresses. */
const ownWords = [
  /^unexpected EOF$/,
  /^invalid character after top-level value$/,
  /(?<=not valid ipv6: ParseAddr\(.*\): ).*/,
];

function comparable(text: string, sorted: boolean | undefined): string {
  const plain = ownWords.reduce((out, words) => out.replace(words, '…'), text);
  return sorted ? plain.split('\n').sort().join('\n') : plain;
}

describe('schemas, as helm tells what fails', () => {
  test.each(golden.cases as unknown as Case[])('$name', ({ schema, text, values, int64, error, sorted }) => {
    const given: Values = { ...values };
    for (const key of int64 ?? []) given[key] = BigInt(given[key] as number);
    const bytes = new TextEncoder().encode(text ?? JSON.stringify(schema));
    const found = schemaProblem(bytes, given).replace(/^values.schema.json is no JSON: .*/, '…');
    expect(comparable(found, sorted)).toBe(comparable(error, sorted));
  });
});
