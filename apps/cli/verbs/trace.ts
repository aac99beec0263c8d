import { isObject, type Json, type JsonObject } from '@millrace/json';
import { apiVersionOf, isNotFound, type KubeObject, type Mapping, type ObjectRef } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { findKind } from '../resources/catalog.ts';
import { type Resource, resourceOf, textAt } from '../resources/resource.ts';
import { type Session, withCluster } from './session.ts';

export interface TraceOptions {
  kind?: string;
  apiVersion?: string;
}

/** A part of the report: its lines, as names and values. */
type Part = [name: string, value: string][];

/** `trace RESOURCE/NAME`: who applies an object, and where that comes from. */
export async function trace(args: string[], options: TraceOptions, globals: Globals): Promise<void> {
  await withCluster(globals, async session => {
    const objects = await objectsIn(args, options, session);
    for (const [i, object] of objects.entries()) {
      try {
        print(await traceOne(object, session), '');
      } catch (error) {
        session.signal.throwIfAborted();
        const { kind, metadata } = object;
        const why = (error as Error).message;
        process.stderr.write(
          `failed to trace ${kind}/${metadata.name} in namespace ${metadata.namespace ?? ''}: ${why}`,
        );
      }
      if (i < objects.length - 1) print('---');
    }
  });
}

async function objectsIn(
  args: string[],
  { kind, apiVersion }: TraceOptions,
  session: Session,
): Promise<KubeObject[]> {
  const { client, signal, globals } = session;
  const get = (ref: ObjectRef) => client.get(ref, { as: 'own', signal });
  if (kind !== undefined || apiVersion !== undefined) {
    const [name] = args;
    if (name === undefined) throw new CliError('object name is required');
    if (!kind) throw new CliError('object kind is required (--kind)');
    if (!apiVersion) throw new CliError('object apiVersion is required (--api-version)');
    const all = await client.discovery.all();
    const known = all.find(one => apiVersionOf(one.group, one.version) === apiVersion && isCalled(kind, one));
    const ref = { apiVersion, kind: known?.kind ?? kind, name, namespace: globals.namespace };
    const found = await get(ref).catch(error => {
      throw new CliError(`failed to find object: ${(error as Error).message}`, { cause: error });
    });
    return [{ ...found, kind }];
  }
  const usage = 'either `<resource>/<name>` or `<resource> <name>` is required as an argument';
  if (args.length === 1 && !args[0]!.includes('/'))
    throw new CliError('resource(s) were provided, but no name was specified');
  const pairs = args.some(arg => arg.includes('/'))
    ? args.map(arg => arg.split('/'))
    : args.slice(1).map(name => [args[0]!, name]);
  if (pairs.length === 0 || pairs.some(([resource, name]) => !resource || !name)) throw new CliError(usage);
  return Promise.all(
    pairs.map(async ([resource, name]) => {
      const mapping = await client.discovery.find(resource!);
      if (!mapping) throw new CliError(`the server doesn't have a resource type "${resource}"`);
      const ref = {
        apiVersion: apiVersionOf(mapping.group, mapping.version),
        kind: mapping.kind,
        name: name!,
      };
      const where = mapping.namespaced ? { ...ref, namespace: globals.namespace } : ref;
      return get(where).catch(error => {
        throw new CliError(`x: ${(error as Error).message}`, { cause: error });
      });
    }),
  );
}

/** A kind goes by its name in small letters too, as in kubectl. */
const isCalled = (kind: string, known: Mapping) => kind === known.kind || kind === known.kind.toLowerCase();

async function traceOne(object: KubeObject, session: Session): Promise<string> {
  const { kind, metadata } = object;
  for (const owner of ['Kustomization', 'HelmRelease'] as const) {
    const at = await managedBy(object, ownerGroups[owner], session);
    if (!at) continue;
    const width = owner === 'Kustomization' ? 17 : 16;
    const self: Part = [
      ['Object', `${kind}/${metadata.name}`],
      ...(metadata.namespace ? [['Namespace', metadata.namespace] as [string, string]] : []),
      ['Status', 'Managed by Flux'],
    ];
    const parts =
      owner === 'Kustomization' ? await kustomizationParts(at, session) : await releaseParts(at, session);
    const written = [
      { part: self, width },
      ...parts.map(({ part, width: own }) => ({ part, width: own ?? width })),
    ];
    return `\n${written.map(({ part, width: w }) => linesOf(part, w)).join('---\n')}`;
  }
  throw new Error('object not managed by Flux');
}

const ownerGroups = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
};

const linesOf = (part: Part, width: number) =>
  part.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}\n`).join('');

interface Where {
  name: string;
  namespace: string;
}

/** Whoever is named by the labels of the object, or of those that own it. */
async function managedBy(
  object: KubeObject,
  group: string,
  session: Session,
  depth = 10,
): Promise<Where | undefined> {
  const { labels = {}, ownerReferences, namespace } = object.metadata;
  const name = labels[`${group}/name`];
  if (name) return { name, namespace: labels[`${group}/namespace`] ?? '' };
  if (depth === 0) return undefined;
  for (const { apiVersion, kind, name: owner } of ownerReferences ?? []) {
    const ref = { apiVersion, kind, name: owner, ...(namespace ? { namespace } : {}) };
    const found = await session.client.get(ref, { as: 'own', signal: session.signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const above = found && (await managedBy(found, group, session, depth - 1));
    if (above) return above;
  }
  return undefined;
}

interface Sized {
  part: Part;
  /** Of the names, where it is another than in the rest. */
  width?: number;
}

async function kustomizationParts(at: Where, session: Session): Promise<Sized[]> {
  const ks = await find('Kustomization', at, session, 'kustomization');
  const target = textAt(ks.object, 'spec', 'targetNamespace');
  const own: Part = [
    ['Kustomization', ks.name],
    ['Namespace', ks.namespace],
    ...when('Target', target),
    ['Path', textAt(ks.object, 'spec', 'path')],
    ['Revision', textAt(ks.object, 'status', 'lastAppliedRevision')],
    ...standing(ks, false),
  ];
  const source = sourceAt(ks, ['spec', 'sourceRef']);
  const part = await sourcePart(source, session, true);
  return [{ part: own }, ...(part ? [{ part }] : [])];
}

async function releaseParts(at: Where, session: Session): Promise<Sized[]> {
  const hr = await find('HelmRelease', at, session);
  const own: Part = [
    ['HelmRelease', hr.name],
    ['Namespace', hr.namespace],
    ...when('Target', textAt(hr.object, 'spec', 'targetNamespace')),
    ['Revision', textAt(hr.object, 'status', 'lastAttemptedRevision')],
    ...standing(hr, false),
  ];
  const parts: Sized[] = [{ part: own }];
  const chart = textAt(hr.object, 'status', 'helmChart').split('/');
  if (chart.length === 2)
    parts.push({ part: await chartPart({ namespace: chart[0]!, name: chart[1]! }, session) });
  const hasTemplate = isObject(((hr.object.spec ?? {}) as JsonObject).chart as Json);
  const source = sourceAt(hr, hasTemplate ? ['spec', 'chart', 'spec', 'sourceRef'] : ['spec', 'chartRef']);
  const isShown = hasTemplate ? ['GitRepository', 'HelmRepository'] : ['OCIRepository', 'ExternalArtifact'];
  if (!isShown.includes(source.kind)) return parts;
  const part = await sourcePart(source, session, false);
  const widths: Record<string, number> = { GitRepository: 15, OCIRepository: 17, ExternalArtifact: 17 };
  const width = widths[source.kind];
  if (part) parts.push({ part, ...(width === undefined ? {} : { width }) });
  return parts;
}

async function chartPart(at: Where, session: Session): Promise<Part> {
  const chart = await find('HelmChart', at, session);
  return [
    ['HelmChart', chart.name],
    ['Namespace', chart.namespace],
    ['Chart', textAt(chart.object, 'spec', 'chart')],
    ['Version', textAt(chart.object, 'spec', 'version')],
    ...when('Revision', textAt(chart.object, 'status', 'artifact', 'revision')),
    ...standing(chart, false),
  ];
}

/** @param hasOrigin whether it is told what the artifact was made of */
async function sourcePart(
  { kind, ...at }: Where & { kind: string },
  session: Session,
  hasOrigin: boolean,
): Promise<Part | undefined> {
  if (!['GitRepository', 'OCIRepository', 'HelmRepository', 'ExternalArtifact'].includes(kind))
    return undefined;
  const source = await find(kind, at, session);
  const text = (...path: string[]) => textAt(source.object, ...path);
  const from = ['kind', 'namespace', 'name'].map(key => text('spec', 'sourceRef', key));
  if (kind === 'ExternalArtifact' && from[2] === '')
    throw new Error(`ExternalArtifact ${source.namespace}/${source.name} is missing spec.sourceRef`);
  return [
    [kind, source.name],
    ['Namespace', source.namespace],
    ...(kind === 'ExternalArtifact' ? [['Source', from.join('/')]] : [['URL', text('spec', 'url')]]),
    ...referencePart(kind, text),
    ...when('Revision', text('status', 'artifact', 'revision')),
    ...(hasOrigin && kind !== 'GitRepository' ? originPart(text) : []),
    ...standing(source, kind !== 'HelmRepository'),
  ] as Part;
}

function referencePart(kind: string, text: (...path: string[]) => string): Part {
  const [tag, semver, branch, digest] = ['tag', 'semver', 'branch', 'digest'].map(key =>
    text('spec', 'ref', key),
  );
  if (tag || semver) return [['Tag', tag || semver!]];
  if (kind === 'GitRepository') return when('Branch', branch!);
  return kind === 'OCIRepository' ? when('Digest', digest!) : [];
}

function originPart(text: (...path: string[]) => string): Part {
  const metadata = (key: string) => text('status', 'artifact', 'metadata', `org.opencontainers.image.${key}`);
  return [...when('Origin Revision', metadata('revision')), ...when('Origin Source', metadata('source'))];
}

const when = (name: string, value: string): Part => (value === '' ? [] : [[name, value]]);

/** @param tellsFailure of charts and releases Flux says the same whether they failed or not */
function standing({ ready }: Resource, tellsFailure: boolean): Part {
  if (!ready) return [['Status', 'Unknown']];
  const how = tellsFailure && ready.status === 'False' ? 'Last reconciliation failed' : 'Last reconciled';
  return [
    ['Status', `${how} at ${goTime(new Date(ready.lastTransitionTime))}`],
    ['Message', ready.message],
  ];
}

/** As Go prints a time: `2026-01-02 15:04:05 +0100 CET`. */
function goTime(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const two = (number: number) => String(Math.trunc(Math.abs(number))).padStart(2, '0');
  const local = new Date(time.getTime() + offset * 60_000).toISOString();
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(time);
  const zone = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  const sign = offset < 0 ? '-' : '+';
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${sign}${two(offset / 60)}${two(offset % 60)} ${zone}`;
}

function sourceAt({ object, namespace }: Resource, path: string[]): Where & { kind: string } {
  const text = (key: string) => textAt(object, ...path, key);
  return { kind: text('kind'), name: text('name'), namespace: text('namespace') || namespace };
}

async function find(
  kind: string,
  { name, namespace }: Where,
  session: Session,
  as = kind,
): Promise<Resource> {
  const { apiVersion } = findKind(kind)!;
  const ref = { apiVersion, kind, name, namespace };
  const found = await session.client.get(ref, { as: 'own', signal: session.signal }).catch(error => {
    throw new Error(`failed to find ${as}: ${(error as Error).message}`, { cause: error });
  });
  return resourceOf(found);
}
