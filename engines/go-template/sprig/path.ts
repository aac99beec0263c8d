import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';

const clean = goFunction(['string'], cleaned);
const base = goFunction(['string'], path => (path === '' ? '.' : lastPart(path)));
const dir = goFunction(['string'], path => cleaned(path.slice(0, path.lastIndexOf('/') + 1)));
const ext = goFunction(['string'], path => /\.[^./]*$/.exec(path)?.[0] ?? '');
const isAbs = goFunction(['string'], path => path.startsWith('/'));

/** Paths with slashes; those of the system are the same, which is Linux. */
export const paths: Record<string, TemplateFunction> = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
};

/** What stands behind the last slash, of those that end the path aside; `/` where nothing does. */
function lastPart(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end) || '/';
}

/** The shortest path that means the same without looking at the file system: Go's path.Clean. */
function cleaned(path: string): string {
  const root = path.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!root) parts.push(part);
  }
  return root + parts.join('/') || '.';
}
