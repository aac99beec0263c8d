import { describe, expect, test } from 'vitest';
import { ignores } from './index.ts';

describe('what an artifact leaves out', () => {
  test.each([
    ['.git/config', true],
    ['.gitignore', true],
    ['.github/workflows/ci.yaml', true],
    ['docs/picture.png', true],
    ['a/b/.sops.yaml', true],
    ['deploy/app.yaml', false],
    ['README.md', false],
  ])('by default %s: %s', (path, left) => {
    expect(ignores({ files: {} })(path)).toBe(left);
  });

  test('spec.ignore takes the place of the defaults, but git stays out', () => {
    const leftOut = ignores({ files: {}, spec: '/*\n!/deploy\n/deploy/**/*.md\n' });
    expect(
      ['.git/config', 'README.md', 'deploy/a.yaml', 'deploy/x/notes.md', 'deploy/a.png'].map(leftOut),
    ).toEqual([true, true, false, true, false]);
  });

  test('a .sourceignore counts for its own folder, and may take back a default', () => {
    const leftOut = ignores({
      files: { '.sourceignore': '*.txt\n!*.png\n# a comment\n', 'apps/.sourceignore': 'local\n/top.yaml\n' },
    });
    expect(
      [
        'a.txt',
        'a.png',
        'apps/local/x.yaml',
        'apps/deep/local/x.yaml',
        'local/x.yaml',
        'apps/top.yaml',
        'apps/deep/top.yaml',
      ].map(leftOut),
    ).toEqual([true, false, true, true, false, true, false]);
  });
});
