import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { isObject, type Json } from '@millrace/json';
import { parseAll, stringifyAll } from '@millrace/yaml';

/** MILLRACE_RECORD_FLUX names a flux program that has its manifests in it (a release has). */
const recorder = process.env.MILLRACE_RECORD_FLUX;

export const everything =
  '--components-extra=image-reflector-controller,image-automation-controller,source-watcher';

/** How an export differs from that of everything: objects that are missing, and values by their paths. */
export interface Changes {
  removed: string[];
  changed: Record<string, [Json, Json]>;
}

/**
 * What flux 2.9.4 exports, without the schemas of definitions.
 * @param lines flags of `flux install --export`
 */
export function fluxExports(lines: readonly string[]): { all: string; changes: Record<string, Changes> } {
  const text = new URL('../golden/flux-2.9.4.yaml', import.meta.url);
  const file = new URL('../golden/flux-2.9.4.changes.json', import.meta.url);
  if (recorder) {
    const exported = (flags: string) =>
      execFileSync(recorder, ['install', '--export', ...flags.split(' ')], { encoding: 'utf8' });
    const all = exported(everything);
    writeFileSync(text, withoutSchemas(all));
    const changes = lines.map(flags => [flags, changesBetween(all, exported(flags))]);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(changes), null, 1)}\n`);
  }
  return {
    all: readFileSync(text, 'utf8'),
    changes: JSON.parse(readFileSync(file, 'utf8')) as Record<string, Changes>,
  };
}

/** The text with definitions cut down to their metadata: what they define is compared elsewhere. */
export function withoutSchemas(text: string): string {
  const header = text.split('\n').slice(0, 4).join('\n');
  return `${header}\n${stringifyAll(documents(text))}`;
}

export function changesBetween(base: string, other: string): Changes {
  const before = byName(base);
  const after = byName(other);
  const removed = [...before.keys()].filter(name => !after.has(name));
  const changed: Changes['changed'] = {};
  for (const [name, object] of after)
    for (const [path, pair] of differences(before.get(name) ?? null, object))
      changed[`${name}: ${path}`] = pair;
  return { removed, changed };
}

function documents(text: string): Json[] {
  return parseAll(text).filter(isObject).map(withoutSchema);
}

function withoutSchema(object: Json): Json {
  if (!isObject(object) || object.kind !== 'CustomResourceDefinition' || !isObject(object.metadata))
    return object;
  const { spec: _, ...rest } = object;
  const annotations = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' };
  return { ...rest, metadata: { ...object.metadata, annotations } };
}

function byName(text: string): Map<string, Json> {
  return new Map(
    documents(text).map(object => {
      const metadata = isObject(object) && isObject(object.metadata) ? object.metadata : {};
      return [`${isObject(object) ? object.kind : ''} ${metadata.name}`, object];
    }),
  );
}

function* differences(before: Json, after: Json, path = ''): Generator<[string, [Json, Json]]> {
  const a = entriesOf(before);
  const b = entriesOf(after);
  if (!a || !b) {
    if (JSON.stringify(before) !== JSON.stringify(after)) yield [path, [before, after]];
    return;
  }
  for (const key of new Set([...a.keys(), ...b.keys()]))
    yield* differences(a.get(key) ?? null, b.get(key) ?? null, `${path}/${key}`);
}

function entriesOf(value: Json): Map<string, Json> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
