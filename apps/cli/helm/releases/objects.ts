import type { Release } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, identityHeaders, isNotFound, versionOf } from '@millrace/kube';
import { type ReleaseContext, type Resource, resourcesIn } from '@millrace/releases';
import { displayWidth } from '../../output/display-width.ts';

/** What is shown, by version and kind: `v1/Deployment`. */
type Groups = Map<string, JsonObject[]>;

/** As Helm calls the Pods of workloads, which are no objects of the release. */
const related = 'v1/Pod(related)';

/** The objects of a release as they are, and the Pods of its workloads. Those that are gone are left out. */
export async function objectsOf(release: Release, on: ReleaseContext): Promise<JsonObject> {
  return Object.fromEntries(await groupsOf(release, 'application/json', on));
}

/** The same as the tables that the server makes of them. */
export async function objectTables(release: Release, on: ReleaseContext): Promise<string> {
  const groups = await groupsOf(release, 'application/json;as=Table;v=v1;g=meta.k8s.io', on);
  let text = '';
  for (const [key, tables] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
    text += `==> ${key}\n${tablesText(tables)}\n`;
  return text;
}

async function groupsOf(release: Release, accept: string, on: ReleaseContext): Promise<Groups> {
  const groups: Groups = new Map();
  const add = (key: string, object: JsonObject) => groups.set(key, [...(groups.get(key) ?? []), object]);
  const shown = new Set<string>();
  for (const resource of await resourcesIn(release.manifest, on)) {
    const { object, ref } = resource;
    const found = await ask(pathOf(resource), accept, on).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (!found) continue;
    add(`${versionOf(ref.apiVersion)}/${ref.kind}`, found);
    const selector = selectorOf(asJson(object));
    if (selector === undefined || shown.has(selector)) continue;
    shown.add(selector);
    const pods = `/api/v1/namespaces/${ref.namespace ?? on.namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    add(related, named(await ask(pods, accept, on)));
  }
  return groups;
}

/** What a list leaves out of its items. */
function named(pods: JsonObject): JsonObject {
  const { items } = pods;
  if (!Array.isArray(items)) return pods;
  return {
    ...pods,
    items: items.map(item => ({ apiVersion: 'v1', kind: 'Pod', ...(isObject(item) ? item : {}) })),
  };
}

async function ask(path: string, accept: string, on: ReleaseContext): Promise<JsonObject> {
  const { client, as, signal } = on;
  const answer = await client.transport.send({
    method: 'GET',
    path,
    accept,
    headers: identityHeaders(as),
    signal,
  });
  const found = JSON.parse(answer.text) as Json;
  return isObject(found) ? found : {};
}

function pathOf({ mapping, ref }: Resource): string {
  const root = mapping.group === '' ? `/api/${mapping.version}` : `/apis/${mapping.group}/${mapping.version}`;
  const place = ref.namespace ? `/namespaces/${ref.namespace}` : '';
  return `${root}${place}/${mapping.resource}/${ref.name}`;
}

const workloads = ['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

/** By what a workload knows its Pods. */
function selectorOf(object: JsonObject): string | undefined {
  const { spec } = object;
  if (!isObject(spec) || !isObject(spec.selector)) return undefined;
  const labels = workloads.includes(String(object.kind))
    ? spec.selector.matchLabels
    : object.kind === 'ReplicationController'
      ? spec.selector
      : undefined;
  if (!isObject(labels)) return undefined;
  return Object.keys(labels)
    .sort()
    .map(key => `${key}=${String(labels[key])}`)
    .join(',');
}

/** The tables of one group: headings again where the columns are others than before. */
function tablesText(tables: JsonObject[]): string {
  let before = '';
  let text = '';
  for (const table of tables) {
    const columns = list(table.columnDefinitions).filter(isObject);
    const isShown = columns.map(({ priority }) => priority === undefined || priority === 0);
    const definitions = JSON.stringify(columns);
    const headings = columns.map(({ name }) => String(name ?? '').toUpperCase());
    const rows = list(table.rows)
      .filter(isObject)
      .map(row => list(row.cells).map(cellText));
    const all = (definitions === before ? [] : [headings]).concat(rows);
    text += columnsText(all.map(row => row.filter((_, i) => isShown[i])));
    before = definitions;
  }
  return text;
}

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function cellText(cell: Json): string {
  if (cell === null) return '<none>';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/** Columns as kubectl prints them: three spaces between, and nothing after the last. */
function columnsText(rows: string[][]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
  const pad = (cell: string, i: number, row: string[]) =>
    i === row.length - 1 ? cell : cell + ' '.repeat(Math.max(6, widths[i]! + 3) - displayWidth(cell));
  return rows.map(row => `${row.map(pad).join('')}\n`).join('');
}
