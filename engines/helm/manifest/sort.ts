import { compareStrings } from '@millrace/go-template';

/**
 * Things with kinds in an order of kinds, unknown kinds last and by name. Things of one kind stay in their order.
 *
 * Rule: pkg/release/v1/util/kind_sorter.go of helm v4.3.1
 */
export function sortByKind<T extends { kind: string }>(things: readonly T[], order: readonly string[]): T[] {
  const places = new Map(order.map((kind, place) => [kind, place]));
  return things.toSorted((a, b) => {
    const [first, second] = [places.get(a.kind), places.get(b.kind)];
    if (first === undefined && second === undefined) return compareStrings(a.kind, b.kind);
    return (first ?? places.size) - (second ?? places.size);
  });
}
