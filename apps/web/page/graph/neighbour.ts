import type { Layout } from './layout.ts';

const ways = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
} as const;

/** How much farther something seems that lies beside the way. */
const aside = 2;

/** The node that lies next in the direction of an arrow key; undefined for other keys, and where there is none. */
export function neighbour(at: Layout['at'], from: string, key: string): string | undefined {
  const way = Object.hasOwn(ways, key) ? ways[key as keyof typeof ways] : undefined;
  const here = at.get(from);
  if (!way || !here) return undefined;
  let next: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [name, { x, y }] of at) {
    const [right, down] = [x - here.x, y - here.y];
    const along = right * way.x + down * way.y;
    const across = Math.abs(right * way.y) + Math.abs(down * way.x);
    const distance = along + across * aside;
    if (along <= 1 || distance >= least) continue;
    [next, least] = [name, distance];
  }
  return next;
}
