import type { Command } from 'commander';

/** More than the name of any command: what is longer was not meant to be one. */
const longest = 40;

/**
 * Commands below a command that a word may have been meant for: those that are the fewest letters from it, and less
 * than half of the word; otherwise those that begin so.
 */
export function suggestions(word: string, parent: Command): string[] {
  if (word.length > longest) return [];
  const children = parent.createHelp().visibleCommands(parent);
  const found = children.map(child => ({
    name: child.name(),
    distance: Math.min(...[child.name(), ...child.aliases()].map(name => distanceOf(word, name))),
  }));
  const nearest = Math.min(...found.map(({ distance }) => distance));
  const near = found.filter(
    ({ distance }) => distance === nearest && distance <= 2 && distance < word.length / 2,
  );
  const begun = found.filter(({ name }) => name.startsWith(word.toLowerCase()));
  return (near.length > 0 ? near : begun).map(({ name }) => name);
}

/** `(Did you mean get?)` on a line of its own, or nothing. */
export function didYouMean(word: string, parent: Command): string {
  const names = suggestions(word, parent);
  return names.length === 0 ? '' : `\n(Did you mean ${names.join(' or ')}?)`;
}

/** How many letters to insert, leave out, exchange or swap with their neighbour make one of the other. */
function distanceOf(one: string, other: string): number {
  const a = one.toLowerCase();
  const b = other.toLowerCase();
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          row[j - 1]! + 1,
          last[j]! + 1,
          last[j - 1]! + same,
          swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
