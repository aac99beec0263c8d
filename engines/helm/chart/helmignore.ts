import { ChartError, within } from './chart-error.ts';
import { compileGlob } from './glob.ts';

/** Whether a file or folder, named from the chart's root with `/`, is left out of the chart. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

interface Rule {
  matches: (path: string) => boolean;
  negated: boolean;
  foldersOnly: boolean;
}

/**
 * The rules of a .helmignore, and Helm's own: `templates/.?*` is always left out. Whatever is in a folder that is left
 * out is left out too; who walks a folder need not enter it. A rule `!x` leaves out everything that is not x.
 * @throws ChartError for `**` and for broken patterns. Rule: https://helm.sh/docs/chart_template_guide/helm_ignore_file/
 */
export function readIgnoreRules(text: string): IgnoreRules {
  const rules = [...text.replace(/^\ufeff/, '').split('\n'), 'templates/.?*'].flatMap(parseRule);
  return (path, isFolder) => {
    if (path === '' || path === '.' || path === './') return false;
    for (const { matches, negated, foldersOnly } of rules) {
      const applies = (!foldersOnly || isFolder) && matches(path);
      if (applies !== negated) return true;
    }
    return false;
  };
}

function parseRule(line: string): Rule[] {
  const written = line.trim();
  if (written === '' || written.startsWith('#')) return [];
  if (written.includes('**')) throw new ChartError('.helmignore: double-star (**) syntax is not supported');
  try {
    compileGlob(written);
    const negated = written.startsWith('!');
    const foldersOnly = written.endsWith('/');
    const pattern = written.slice(negated ? 1 : 0, foldersOnly ? -1 : undefined);
    const anchored = pattern.startsWith('/');
    const glob = compileGlob(anchored ? pattern.slice(1) : pattern);
    const byName = !pattern.includes('/');
    return [{ matches: path => glob(byName ? baseName(path) : path), negated, foldersOnly }];
  } catch (cause) {
    throw within('.helmignore', cause);
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
