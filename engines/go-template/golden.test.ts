import { describe, expect, it } from 'vitest';
import builtins from './golden/builtins.json' with { type: 'json' };
import errors from './golden/errors.json' with { type: 'json' };
import { functions } from './golden/fixtures.ts';
import fmt from './golden/fmt.json' with { type: 'json' };
import language from './golden/language.json' with { type: 'json' };
import { execute, type MissingKey, TemplateError, TemplateSet, type Value } from './index.ts';

interface Case {
  template: string;
  data?: string;
  missingKey?: string;
  delims?: string[];
  files?: Record<string, string | undefined>;
  output?: string;
  error?: string;
}

/** Whole numbers as int64: what Go's decoder gives for the data named `integers`. */
function withIntegers(value: unknown): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== 'object' || value === null) return value as Value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIntegers(item)]));
}

function run({ template, data, missingKey, delims, files }: Case, datas: Record<string, unknown>): object {
  const options = delims ? { functions, delims: { left: delims[0]!, right: delims[1]! } } : { functions };
  const value = data === 'integers' ? withIntegers(datas.integers) : (datas.usual as Value);
  try {
    const set = new TemplateSet(options);
    for (const [name, text] of Object.entries(files ?? {})) set.parse(name, text!);
    set.parse('x', template);
    return { output: execute(set, 'x', value, { missingKey: (missingKey ?? 'default') as MissingKey }) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

for (const [name, golden] of Object.entries({ language, builtins, fmt, errors })) {
  describe(`${name}, as ${golden.go} has it`, () => {
    it.each(golden.cases as Case[])('$template', given => {
      const { output, error } = given;
      // Bytes that are no UTF-8 cannot stand in a JSON file: Go wrote the replacement character for them.
      const got = JSON.parse(
        JSON.stringify(run(given, golden.data)).replace(/\\udc[89a-f][0-9a-f]/g, '\ufffd'),
      );
      expect(got).toEqual(output === undefined ? { error } : { output });
    });
  });
}
