import { fromBytes, GoObject, goFunction, type TemplateFunction, withType } from '@millrace/go-template';
import type { ChartFile } from '../chart/chart.ts';
import { globMatcher } from './glob.ts';
import { toYaml } from './yaml-text.ts';

/** `.Files`: the files of a chart that are neither templates nor its own description. */
export function filesObject(chartFiles: readonly ChartFile[]): GoObject {
  return fromMap(new Map(chartFiles.map(({ name, data }) => [name, data])));
}

function fromMap(files: ReadonlyMap<string, Uint8Array>): GoObject {
  return new GoObject({
    type: 'engine.files',
    kind: 'map',
    base: withType(Object.fromEntries(files), 'map[string][]uint8'),
    methods: methodsOf(files),
  });
}

function methodsOf(files: ReadonlyMap<string, Uint8Array>): Record<string, TemplateFunction> {
  const bytes = (name: string) => files.get(name) ?? new Uint8Array();
  return {
    Get: goFunction(['string'], name => fromBytes(bytes(name)), 'string'),
    GetBytes: goFunction(['string'], bytes, '[]uint8'),
    Glob: goFunction(['string'], pattern => fromMap(matching(files, pattern)), 'engine.files'),
    Lines: goFunction(['string'], name => withType(lines(bytes(name)), '[]string'), '[]string'),
    AsConfig: goFunction([], () => byBaseName(files, fromBytes), 'string'),
    AsSecrets: goFunction(
      [],
      () => byBaseName(files, data => Buffer.from(data).toString('base64')),
      'string',
    ),
  };
}

function matching(files: ReadonlyMap<string, Uint8Array>, pattern: string): Map<string, Uint8Array> {
  const matches = globMatcher(pattern);
  return new Map([...files].filter(([name]) => matches(name)));
}

function lines(data: Uint8Array): string[] {
  return data.length === 0 ? [] : fromBytes(data).replace(/\n$/, '').split('\n');
}

/** YAML for the data of a ConfigMap or Secret. Of files with one base name Helm takes any; here it is the last. */
function byBaseName(files: ReadonlyMap<string, Uint8Array>, text: (data: Uint8Array) => string): string {
  return toYaml(
    Object.fromEntries(
      Array.from(files, ([name, data]) => [name.slice(name.lastIndexOf('/') + 1), text(data)]),
    ),
  );
}
