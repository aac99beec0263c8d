import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the page. */
export interface Asset {
  type: string;
  body: Buffer;
  cache: string;
}

const files = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/assets/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/assets/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/assets/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** Where `npm run build` puts the page, beside the program. */
const built = join(import.meta.dirname, 'web');

/** The page, by the paths at which it is asked for: as it was built, or built now where the program runs from its sources. */
export async function pageAssets(): Promise<Map<string, Asset>> {
  const isBuilt = existsSync(join(built, 'index.html'));
  const page = isBuilt ? undefined : await (await import('../build-page.ts')).buildPage();
  const assets = new Map<string, Asset>();
  for (const [path, file, type] of files) {
    const body = page ? page.get(file) : await readFile(join(built, file));
    if (body) assets.set(path, { type, body, cache: 'no-cache' });
  }
  return assets;
}
