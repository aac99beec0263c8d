// Marks and overrides of direction, and what has no width (UAX #9, 2; CVE-2021-42574). What joins letters stays: words need it.
const hidden = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** A text as a machine reads it: characters that nobody sees, or that let others be seen in another order, by their numbers. */
export function withHiddenShown(text: string): string {
  return text.replace(hidden, one => `⟨U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}
