import { stripVTControlCharacters } from 'node:util';

/** East Asian wide and fullwidth forms (UAX #11), and pictures that terminals show in two cells. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const none = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** How many cells of a terminal a text takes; colours take none. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (none.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}
