import { type KubeObject, NoMatchError, watchCache } from '@millrace/kube';
import { print } from '../output/print.ts';
import { formatStructure, qualifiedName, withoutManagers } from '../output/structured.ts';
import { formatTable, widest, widthsOf } from '../output/table.ts';
import { type Resource, resourceOf } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import type { Format, GetOptions } from './get-options.ts';
import { queryOf, type Which } from './select.ts';
import { type Session, untilAborted } from './session.ts';
import { summaryColumns } from './summary.ts';

export interface Following {
  which: Which;
  format: Format;
  matches(resource: Resource): boolean;
  options: GetOptions;
}

/** `get --watch`: what there is, then a line for every change, until the signal aborts. */
export async function follow(session: Session, kind: ResourceKind, following: Following): Promise<void> {
  const { client, signal } = session;
  const { apiVersion, kind: name } = kind;
  await client.discovery.mapping(apiVersion, name); // a watch would wait for the kind to be defined
  const write = writer(kind, following);
  const failed = Promise.withResolvers<never>();
  let listed = false;
  const cache = watchCache<KubeObject>(
    client,
    { apiVersion, kind: name, ...queryOf(following.which) },
    {
      project: object => object,
      onError(error) {
        // Later on the watch goes on by itself; at the start the user must know.
        if (!listed || error instanceof NoMatchError) failed.reject(error);
      },
    },
  );
  cache.subscribe(({ before, after }) => {
    if (listed) write([resourceOf((after ?? before)!)]);
  });
  const end = Promise.race([untilAborted(signal), failed.promise]);
  try {
    await Promise.race([cache.synced(), end]);
    listed = true;
    write([...cache.values()].map(resourceOf));
    await end;
  } finally {
    cache.stop();
  }
}

/** Writes resources one below the other; a table keeps the widest columns that it has had. */
function writer(
  kind: ResourceKind,
  { format, matches, options }: Following,
): (resources: Resource[]) => void {
  if (format === 'name') return each(matches, ({ object }) => print(qualifiedName(object)));
  if (format === 'json')
    return each(matches, ({ object }) => print(formatStructure(withoutManagers(object), 'json'), ''));
  if (format === 'yaml')
    return each(matches, ({ object }) =>
      print(`---\n${formatStructure(withoutManagers(object), 'yaml')}`, ''),
    );
  const columns = summaryColumns(kind, {
    namespaces: options.allNamespaces ?? false,
    showSource: options.showSource ?? false,
    kinds: false,
    wide: format === 'wide',
  });
  let headings = options.header ? columns.map(({ heading }) => heading) : [];
  let widths: number[] = [];
  return resources => {
    const rows = resources.filter(matches).map(resource => columns.map(({ value }) => value(resource)));
    widths = widest(widths, widthsOf(headings, rows));
    print(formatTable(headings, rows, widths), '');
    headings = [];
  };
}

function each(
  matches: (resource: Resource) => boolean,
  write: (resource: Resource) => void,
): (resources: Resource[]) => void {
  return resources => resources.filter(matches).forEach(write);
}
