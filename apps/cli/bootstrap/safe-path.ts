/**
 * A path that stays below the root whatever it says: `clusters/a/../b` is `./clusters/b`, `../../etc` is `./etc`. That of
 * nothing is the root, `./`.
 */
export function safePath(text: string): string {
  const parts: string[] = [];
  for (const part of text.trim().split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `./${parts.join('/')}`;
}

/** A safe path as the path of a tree: without the start. */
export const inTree = (path: string) => path.replace(/^\.\//, '');
