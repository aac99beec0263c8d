import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execute, parseTemplate, TemplateError, type Value } from '../index.ts';
import { fixtures } from './golden/fixtures.ts';
import { sprigFunctions } from './index.ts';

interface Golden {
  go: string;
  sprig: string;
  data: Value;
  cases: { template: string; output?: string; error?: string }[];
}

const folder = new URL('./golden/', import.meta.url);
const files = readdirSync(folder).filter(file => file.endsWith('.json'));
const functions = { ...sprigFunctions(), ...fixtures };

function run(template: string, data: Value): object {
  try {
    return { output: execute(parseTemplate('x', template, { functions }), 'x', data) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

describe.each(files)('%s, as Sprig has it', file => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden;
  it.each(golden.cases)('$template', ({ template, output, error }) => {
    // Bytes that are no UTF-8 cannot stand in a JSON file: Go wrote the replacement character for them.
    const got = JSON.stringify(run(template, structuredClone(golden.data))).replace(
      /\\udc[89a-f][0-9a-f]/g,
      '\ufffd',
    );
    expect(JSON.parse(got)).toEqual(output === undefined ? { error } : { output });
  });
});
