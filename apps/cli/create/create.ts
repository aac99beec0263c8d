import { isObject, type Json, type JsonObject } from '@millrace/json';
import { isNotFound, type KubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print, tell } from '../output/print.ts';
import type { Resource } from '../resources/resource.ts';
import { resourceOf } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { awaitResource, hasSucceeded } from '../verbs/await-resource.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import { type Session, withCluster } from '../verbs/session.ts';
import type { CreateOptions } from './flags.ts';

/** What is to be made, and what is said on the way: Flux's own words, which scripts look for. */
export interface Blueprint {
  kind: ResourceKind;
  spec: JsonObject;
  /** How lines call it: `GitRepository source`. */
  noun: string;
  /** How it is called where it is created: `source`. */
  createdAs?: string;
  /** `generating NOUN`: before everything, before the object is applied, or not at all. */
  generates?: 'first' | 'late';
  /** Something that has to be there first: a Secret, whose name it adds to the spec. */
  prepare?(session: Session): Promise<void>;
  /** The lines at the end. Throws CliError for what is not as it should be. */
  concluded(resource: Resource): string[];
}

/** `create KIND NAME`: apply the object and wait for its reconcile, or print it. */
export async function create(
  name: string | undefined,
  options: CreateOptions,
  globals: Globals,
  make: () => Blueprint | Promise<Blueprint>,
): Promise<void> {
  const checked = requireName(name);
  const blueprint = await make();
  const { kind, noun } = blueprint;
  if (blueprint.generates === 'first' && !options.export) generating(noun);
  const labels = labelsOf(options.label ?? []);
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name: checked,
      namespace: globals.namespace,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
    },
    spec: blueprint.spec,
  };
  if (options.export) return printManifest(object);
  await withCluster(globals, async session => {
    if (blueprint.generates === 'late') generating(noun);
    await blueprint.prepare?.(session);
    tell.action(`applying ${noun}`);
    const applied = await upsert(session, object);
    tell.success(`${blueprint.createdAs ?? noun} ${applied.created ? 'created' : 'updated'}`);
    tell.waiting(`waiting for ${noun} reconciliation`);
    const resource = await ended(session, kind, resourceOf(applied.object));
    for (const line of blueprint.concluded(resource)) tell.success(line);
  });
}

/** Throws CliError for a name that no object of Flux's CLI has. */
export function requireName(name: string | undefined): string {
  if (name === undefined) throw new CliError('name is required');
  if (!/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(name))
    throw new CliError(
      `name '${name}' is invalid, it should adhere to standard defined in RFC 1123, the name can only contain alphanumeric characters or '-'`,
    );
  return name;
}

export function generating(what: string): void {
  tell.making(`generating ${what}`);
}

const qualifiedName =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** `key=value`, each. Throws CliError. */
export function labelsOf(given: string[]): Record<string, string> {
  const labels = given.map(label => {
    const [key = '', value = '', ...more] = label.split('=');
    if (!label.includes('=') || more.length > 0)
      throw new CliError(`invalid label format '${label}', must be key=value`);
    if (!qualifiedName.test(key)) throw new CliError(`invalid label '${key}'`);
    if (!labelValue.test(value)) throw new CliError(`invalid label value '${value}'`);
    return [key, value];
  });
  return Object.fromEntries(labels) as Record<string, string>;
}

/** Make the object, or put this in the place of the labels and the spec that it has. */
export async function upsert(
  { client, signal }: Session,
  object: KubeObject & { spec?: Json },
): Promise<{ object: KubeObject; created: boolean }> {
  const options = { as: 'own' as const, fieldManager, signal };
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, labels } = metadata;
  const there = await client
    .get({ apiVersion, kind, name, namespace }, { as: 'own', signal })
    .catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  if (!there) return { object: await client.create(object, options), created: true };
  const { labels: _, ...kept } = there.metadata;
  const changed = { ...there, ...object, metadata: { ...kept, ...(labels ? { labels } : {}) } };
  return { object: await client.update(changed, options), created: false };
}

async function ended(session: Session, kind: ResourceKind, resource: Resource): Promise<Resource> {
  if (kind.isStatic?.(resource)) return resource;
  return awaitResource(
    session,
    kind,
    resource,
    now => now.generation >= resource.generation && hasSucceeded(now),
  );
}

/** As `kubectl apply` takes it, on standard output. An empty namespace is none. */
export function printManifest(object: Json | KubeObject, end = ''): void {
  const json = object as Json;
  const metadata = isObject(json) && isObject(json.metadata) ? json.metadata : undefined;
  if (metadata?.namespace === '') delete metadata.namespace;
  print(`---\n${stringify(json)}`, end);
}

/** Without what is not given. */
export function given(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  return Object.fromEntries(kept) as JsonObject;
}

/** A reference to an object of the same namespace; undefined where none is named. */
export const named = (name: string | undefined) => (name ? { name } : undefined);
