/** As many requests of one release as are under way at once. */
const most = 16;

/** Do the work for each, some at once; what comes of it stands in their order. */
export async function inPortions<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const all: R[] = [];
  for (let start = 0; start < items.length; start += most)
    all.push(...(await Promise.all(items.slice(start, start + most).map(work))));
  return all;
}
