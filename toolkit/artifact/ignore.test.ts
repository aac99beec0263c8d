import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type IgnoreRules, ignores } from './index.ts';

interface Golden {
  paths: string[];
  sets: (IgnoreRules & { leftOut: string[] })[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('./golden/ignore.json', import.meta.url), 'utf8'));

describe('what an artifact leaves out', () => {
  test.each(golden.sets.map(set => [JSON.stringify({ files: set.files, spec: set.spec }), set] as const))(
    '%s is what Flux leaves out',
    (_, { leftOut, ...rules }) => {
      const isLeftOut = ignores(rules);
      expect(golden.paths.filter(isLeftOut)).toEqual(leftOut);
    },
  );

  test('the defaults hold only where there is no rule at all', () => {
    const files = ['docs/picture.png', 'bundle.zip', '.github/ci.yaml', '.gitignore', 'a.yaml', 'b.md'];
    expect(files.filter(ignores({ files: {} }))).toEqual(files.slice(0, 4));
    expect(files.filter(ignores({ files: { '.sourceignore': '# nothing\n\n' }, spec: '' }))).toEqual(
      files.slice(0, 4),
    );
    expect(files.filter(ignores({ files: { 'deep/.sourceignore': '*.md' } }))).toEqual(['.gitignore']);
    expect(files.filter(ignores({ files: {}, spec: '*.md' }))).toEqual(['.gitignore', 'b.md']);
  });

  test('long lists of names cost no walk over the list', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => [`name-${i}`, `/path/to-${i}`, `folder-${i}/`]);
    const isLeftOut = ignores({ files: {}, spec: lines.flat().join('\n') });
    const files = Array.from({ length: 20_000 }, (_, i) => [
      `a/name-${i}`,
      `path/to-${i}/x`,
      `b/folder-${i}`,
    ]);
    expect(files.flat().filter(isLeftOut)).toHaveLength(40_000);
  });

  test.each([
    ['stars', `${'*a'.repeat(5000)}b`, 'a'.repeat(250)],
    ['folders', `${'**/a/'.repeat(5000)}b`, 'a/'.repeat(2000).slice(0, -1)],
    ['classes', '[a-z]*'.repeat(5000), 'a'.repeat(250)],
    ['blanks', `a${' '.repeat(200_000)}b`, 'a'],
  ])('many %s in a rule cost no more than their number', (_, rule, path) => {
    expect(ignores({ files: {}, spec: rule })(path)).toBe(false);
  });

  test('rules that take too long are an error that says what to do', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `*-${i}`);
    const isLeftOut = ignores({ files: {}, spec: lines.join('\n') });
    const all = () => {
      for (let i = 0; i < 10_000; i++) isLeftOut(`folder/file-${i}.yaml`);
    };
    expect(all).toThrow('use fewer rules with wildcards');
  }, 120_000);
});
