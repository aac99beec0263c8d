import { ApiError, NoMatchError } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print, tell } from '../output/print.ts';
import { formatStructure, listOf, qualifiedName, withoutManagers } from '../output/structured.ts';
import { formatTable } from '../output/table.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { type Format, formatOf, type GetOptions } from './get-options.ts';
import { follow } from './get-watch.ts';
import { select, type Which } from './select.ts';
import { type Session, withCluster } from './session.ts';
import { parseStatusSelector } from './status-selector.ts';
import { summaryColumns } from './summary.ts';

/** `get KIND [NAME]`: throws CliError when nothing is found. */
export async function get(
  kind: ResourceKind,
  name: string | undefined,
  options: GetOptions,
  globals: Globals,
): Promise<void> {
  const format = formatOf(options.output);
  const matches = options.statusSelector ? parseStatusSelector(options.statusSelector) : () => true;
  const which = whichOf(name, options, globals);
  await withCluster(
    globals,
    async session => {
      if (options.watch) return follow(session, kind, { which, format, matches, options });
      const found = await select(session, kind, which);
      if (found.length === 0) throw new CliError(nothingFound(kind, name, options, globals));
      const resources = found.filter(matches);
      if (format === 'table' || format === 'wide')
        printTable(kind, resources, options, { kinds: false, wide: format === 'wide' });
      else printObjects(resources, format, name !== undefined);
    },
    { endless: options.watch ?? false },
  );
}

/** `get all`, `get sources all`: a table for each kind that has objects. What one kind lacks does not stop the others. */
export async function getAll(
  kinds: readonly ResourceKind[],
  name: string | undefined,
  options: GetOptions,
  globals: Globals,
): Promise<void> {
  if (options.watch) throw new CliError('expected a single resource type, but found all');
  const format = formatOf(options.output);
  const matches = options.statusSelector ? parseStatusSelector(options.statusSelector) : () => true;
  const which = whichOf(name, options, globals);
  await withCluster(globals, async session => {
    const structured: Resource[] = [];
    for (const kind of kinds) {
      const found = await selectIfPossible(session, kind, which);
      if (!found) continue;
      if (found.length === 0 && name !== undefined) tell.failure(nothingFound(kind, name, options, globals));
      const resources = found.filter(matches);
      if (format !== 'table' && format !== 'wide') structured.push(...resources);
      else if (resources.length > 0) {
        printTable(kind, resources, options, { kinds: true, wide: format === 'wide' });
        print('');
      }
    }
    if (format !== 'table' && format !== 'wide') printObjects(structured, format, false);
  });
}

/** Undefined where a kind cannot be listed: the cluster runs only some of the controllers, or the user may not see it. */
async function selectIfPossible(session: Session, kind: ResourceKind, which: Which) {
  try {
    return await select(session, kind, which);
  } catch (error) {
    if (error instanceof ApiError) tell.failure(error.message);
    else if (!(error instanceof NoMatchError)) throw error;
    return undefined;
  }
}

function whichOf(name: string | undefined, options: GetOptions, globals: Globals): Which {
  const { allNamespaces, labelSelector } = options;
  return { name, labelSelector, namespace: allNamespaces ? undefined : globals.namespace };
}

function printTable(
  kind: ResourceKind,
  resources: Resource[],
  options: GetOptions,
  { kinds, wide }: { kinds: boolean; wide: boolean },
): void {
  const columns = summaryColumns(kind, {
    namespaces: options.allNamespaces ?? false,
    showSource: options.showSource ?? false,
    kinds,
    wide,
  });
  const rows = resources.map(resource => columns.map(({ value }) => value(resource)));
  print(formatTable(options.header ? columns.map(({ heading }) => heading) : [], rows), '');
}

function printObjects(
  resources: Resource[],
  format: Exclude<Format, 'table' | 'wide'>,
  single: boolean,
): void {
  const objects = resources.map(({ object }) => object);
  const [first] = objects;
  if (format === 'name') print(objects.map(object => `${qualifiedName(object)}\n`).join(''), '');
  else print(formatStructure(single && first ? withoutManagers(first) : listOf(objects), format), '');
}

/** Flux's own words: scripts look for them. */
function nothingFound(
  { kind }: ResourceKind,
  name: string | undefined,
  { allNamespaces }: GetOptions,
  { namespace }: Globals,
): string {
  const where = `${allNamespaces ? 'any' : `"${namespace}"`} namespace`;
  return name === undefined
    ? `no ${kind} objects found in ${where}`
    : `${kind} object '${name}' not found in ${where}`;
}
