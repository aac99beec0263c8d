import { fromBytes } from '@millrace/go-template';
import { type Chart, crdFiles } from '@millrace/helm';
import type { Json } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import { chartOf } from './chart-of.ts';
import type { ChartFlags } from './releases/chart-flags.ts';

/** What `helm show` shows of a chart; `all` is everything one after the other. */
export type Shown = 'all' | 'chart' | 'crds' | 'readme' | 'values';

/** `helm show WHAT CHART`: the text that helm prints. Throws HelmCommandError. */
export async function helmShow(
  what: Shown,
  path: string,
  flags: ChartFlags,
  warn: (message: string) => void,
): Promise<string> {
  const chart = await chartOf(path, flags, warn);
  if (what !== 'all') return views[what](chart);
  const behindLine = (text: string) => (text === '' ? '' : `---\n${text}`);
  const { chart: definition, values, readme, crds } = views;
  return `${definition(chart)}${behindLine(values(chart))}${behindLine(readme(chart))}${crds(chart)}`;
}

const readmeNames = ['readme.md', 'readme.txt', 'readme'];

const views: Record<Exclude<Shown, 'all'>, (chart: Chart) => string> = {
  chart: ({ metadata }) => `${stringify(withoutEmpty(metadata as object as Json))}\n`,
  values: ({ raw }) =>
    raw
      .filter(({ name }) => name === 'values.yaml')
      .map(({ data }) => `${fromBytes(data)}\n`)
      .join(''),
  readme({ files }) {
    const readme = files.find(({ name }) => readmeNames.includes(name.toLowerCase()));
    return readme ? `${fromBytes(readme.data)}\n` : '';
  },
  crds: chart =>
    crdFiles(chart)
      .map(({ file }) => fromBytes(file.data))
      .map(text => `${text.startsWith('---') ? '' : '---\n'}${text}\n`)
      .join(''),
};

/** Helm leaves out what is empty, but for the repository of a dependency. */
function withoutEmpty(value: Json, key = ''): Json {
  if (Array.isArray(value)) return value.map(item => withoutEmpty(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, field]) => name === 'repository' || !isEmpty(field));
  if (key === 'annotations') return value;
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutEmpty(field, name)]));
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
