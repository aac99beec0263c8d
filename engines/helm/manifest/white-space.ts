/** What Go takes for white space. */
const space = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** The text without the white space at its start. */
export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && space.test(text[start]!)) start++;
  return text.slice(start);
}

/** The text without the white space at both ends. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text[end - 1]!)) end--;
  return trimStart(text.slice(0, end));
}
