/** The completion indexes of a Job, written as `1,3-5,7`. */
export function parseIndexes(text: string): Set<number> {
  const indexes = new Set<number>();
  for (const part of text.split(',').filter(Boolean)) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last; index++) indexes.add(index);
  }
  return indexes;
}

/** Three and more in a row become a range. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    if (end > i + 1) parts.push(`${sorted[i]}-${sorted[end]}`);
    else parts.push(...sorted.slice(i, end + 1).map(String));
    i = end + 1;
  }
  return parts.join(',');
}

/** Indexes that cannot be read: it says why, in upstream's words. */
export class BadIndexes extends Error {
  override name = 'BadIndexes';
}

/** The same for what a user wrote, who may mention indexes below `completions`, in order. Throws BadIndexes. */
export function readIndexes(text: string, completions: number): Set<number> {
  const indexes = new Set<number>();
  let previous = -1;
  if (text === '') return indexes;
  const read = (part: string) => {
    if (!/^\d+$/.test(part))
      throw new BadIndexes(`cannot convert string to integer for index: ${JSON.stringify(part)}`);
    const index = Number(part);
    if (index >= completions) throw new BadIndexes(`too large index: ${JSON.stringify(part)}`);
    if (index <= previous)
      throw new BadIndexes(`non-increasing order, previous: ${previous}, current: ${index}`);
    previous = index;
    return index;
  };
  for (const fragment of text.split(',')) {
    const [start = '', end, ...more] = fragment.split('-');
    if (more.length > 0)
      throw new BadIndexes(
        `the fragment ${JSON.stringify(fragment)} violates the requirement that an index interval can have at most two parts separated by '-'`,
      );
    const first = read(start);
    const last = end === undefined ? first : read(end);
    for (let index = first; index <= last; index++) indexes.add(index);
  }
  return indexes;
}
