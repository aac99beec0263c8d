/** How many of the things, which stand in the order of their places, start before a place. */
export function countBefore<T>(things: readonly T[], at: number, startOf: (thing: T) => number): number {
  let [low, high] = [0, things.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(things[middle]!) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
