import { expect, test } from 'vitest';
import { withHiddenShown } from './hidden-characters.ts';

test.each([
  ['an override of the direction', 'name: \u202etxt.exe\u202c', 'name: ⟨U+202E⟩txt.exe⟨U+202C⟩'],
  ['isolates', 'if \u2066admin\u2069', 'if ⟨U+2066⟩admin⟨U+2069⟩'],
  ['what has no width', 'ad\u200bmin\ufeff', 'ad⟨U+200B⟩min⟨U+FEFF⟩'],
])('%s is shown by its number', (_what, text, shown) => {
  expect(withHiddenShown(text)).toBe(shown);
});

test.each(['שלום, עולם', 'می‌خواهم', '👩‍💻 é ü', 'a\tb'])('%s is as it was', text => {
  expect(withHiddenShown(text)).toBe(text);
});
