/**
 * The shortest way back from an object to itself along what each depends on; undefined where there is none.
 * @param dependencies of an object, by its key
 */
export function circleThrough(
  start: string,
  dependencies: (key: string) => readonly string[],
): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const next of dependencies(way.at(-1)!)) {
      if (next === start) return [...way, next];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
