import { objectStore, type Place } from '../index.ts';

/** What one finds in a bucket: each object with its etag and content. */
export interface Tour {
  objects: [key: string, etag: string, content: string][];
  /** What is below `apps/`. */
  apps: string[];
  /** An object that has become another since it was listed, as it is now. */
  live: [etag: string, content: string];
  /** Whether there is an object that is not there. */
  hasOther: boolean;
}

export const files: Record<string, string> = {
  '.sourceignore': '*.md\n',
  'README.md': 'not wanted\n',
  'apps/a b+c&d=e.yaml': 'kind: ConfigMap\n',
  'apps/ümlaut-ñ.yaml': 'kind: Secret\n',
  'empty.yaml': '',
  'live.yaml': 'old\n',
};
export const changed = 'new, and longer\n';

/**
 * Go through a bucket that has these files.
 * @param meanwhile what happens after it was listed
 */
export async function goThrough(
  place: Place,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Tour> {
  const signal = AbortSignal.timeout(30_000);
  const store = await objectStore(place, {});
  const read = async (object: Parameters<typeof store.open>[0]) => {
    const found = await store.open(object, signal);
    return found && ([found.etag, Buffer.concat(await Array.fromAsync(found.body)).toString()] as const);
  };
  try {
    const listed = (await Array.fromAsync(store.list('', signal))).flat();
    const objects: Tour['objects'] = [];
    for (const entry of listed)
      objects.push([entry.key, ...((await read(entry)) ?? (['', 'gone'] as const))]);
    const apps = (await Array.fromAsync(store.list('apps/', signal))).flat().map(({ key }) => key);
    await meanwhile();
    const live = await read(listed.find(({ key }) => key === 'live.yaml')!);
    const hasOther = (await read({ key: 'other.yaml' })) !== undefined;
    return { objects, apps, live: [...(live ?? (['', 'gone'] as const))], hasOther };
  } finally {
    await store.close();
  }
}
