import { describe, expect, it } from 'vitest';
import { checkReleaseName, releaseNameFrom } from './release-name.ts';

describe('the name of a release', () => {
  it.each(['a', 'my-app', 'a.b-c.d', '0', 'a'.repeat(53)])('may be %s', name => {
    expect(() => checkReleaseName(name)).not.toThrow();
  });

  it.each(['A', 'a_b', '-a', 'a-', 'a..b', '.a', 'a'.repeat(54), 'a\n'])('may not be %j', name => {
    expect(() => checkReleaseName(name)).toThrow('invalid release name, must match regex');
  });

  it('may not be nothing', () => {
    expect(() => checkReleaseName('')).toThrow(
      'release name check failed: release name "": no name provided',
    );
  });

  it('may come from a template', () => {
    expect(releaseNameFrom('app-{{ "X" | lower }}-{{ add 1 2 }}', {})).toBe('app-x-3');
    expect(() => releaseNameFrom('{{ nope }}', {})).toThrow('function "nope" not defined');
  });
});
