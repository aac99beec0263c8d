/** A text without regard to case, letter by letter, as Go's strings.EqualFold compares them: no letter becomes two. */
export function folded(text: string): string {
  return Array.from(text, letter => {
    const upper = letter.toUpperCase();
    return (upper.length === letter.length ? upper : letter).toLowerCase();
  }).join('');
}
