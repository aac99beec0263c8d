import { readFileSync } from 'node:fs';
import type { Value } from '@millrace/go-template';
import { describe, expect, test } from 'vitest';
import type { Values } from '../chart/chart.ts';
import { type Syntax, setInto } from './set.ts';
import { fileSyntax, jsonSyntax, literalSyntax, stringSyntax, typedSyntax } from './set-syntax.ts';
import { isTable } from './table.ts';

interface Case {
  flag: 'set' | 'string' | 'json' | 'literal' | 'file';
  text: string;
  base?: Values;
  value?: Values;
  error?: string;
}

const { cases } = JSON.parse(readFileSync(new URL('golden/set.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const file = fileSyntax(path => {
  if (path === '' || path.startsWith('/missing')) throw new Error(`open ${path}: no such file or directory`);
  return `content of ${path}`;
});

const syntaxes: Record<Case['flag'], Syntax> = {
  set: typedSyntax,
  string: stringSyntax,
  json: jsonSyntax,
  literal: literalSyntax,
  file,
};

function messageOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

/** Numbers of type int64 and long lists have a form of their own in the golden file. */
function tagged(value: Value): unknown {
  if (typeof value === 'bigint') return { $int64: String(value) };
  if (Array.isArray(value)) {
    return value.length > 300 ? { $length: value.length, last: tagged(value.at(-1)!) } : value.map(tagged);
  }
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tagged(item as Value)]));
}

describe.each(['set', 'string', 'json', 'literal', 'file'] as const)('--%s as helm reads it', flag => {
  const all = cases.filter(one => one.flag === flag);
  test.each(
    all.map(one => ({ ...one, name: JSON.stringify(one.text), onto: JSON.stringify(one.base ?? {}) })),
  )('$name onto $onto', ({ text, base, value, error }) => {
    const values = structuredClone(base ?? {});
    const run = () => setInto(values, text, syntaxes[flag]);
    if (error === undefined) {
      run();
      expect(tagged(values)).toEqual(value);
      // Helm does not show why JSON is refused.
    } else if (flag === 'json') expect(run).toThrow();
    else expect(messageOf(run)).toBe(error);
  });
});
