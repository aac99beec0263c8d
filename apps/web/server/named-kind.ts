import { apiVersionOfKind, kinds } from '@millrace/api';
import { apiVersionOf, type KubeClient, type ObjectRef } from '@millrace/kube';
import type { ObjectName } from '../model/object-name.ts';
import { ActionError } from './actions.ts';

/** How the page names a kind: ours by their name alone, all others with their group. */
export function nameOfKind(group: string, kind: string): string {
  return kinds.some(one => one.kind === kind && one.group === group) ? kind : `${kind}.${group}`;
}

/** The object that a request is about. */
export function nameIn(query: URLSearchParams): ObjectName {
  const [kind = '', namespace = '', name = ''] = ['kind', 'namespace', 'name'].map(
    key => query.get(key) ?? '',
  );
  return { kind, namespace, name };
}

/** What an object is called in the cluster. Throws ActionError for what names none. */
export async function refOfName(
  client: KubeClient,
  { kind: kindName, ...given }: ObjectName,
): Promise<ObjectRef> {
  const { name } = given;
  if (!kindName || !name) throw new ActionError('say which object (kind, namespace, name)');
  const { apiVersion, kind, namespaced } = await kindNamed(client, kindName);
  const namespace = given.namespace === '_' ? '' : given.namespace;
  if (namespaced && !namespace) throw new ActionError(`say in which namespace the ${kind} is`);
  for (const part of [name, namespace])
    if (part === '.' || part === '..') throw new ActionError(`"${part}" is no name of an object`);
  return { apiVersion, kind, name, ...(namespaced ? { namespace } : {}) };
}

interface NamedKind {
  apiVersion: string;
  kind: string;
  namespaced: boolean;
}

async function kindNamed(client: KubeClient, name: string): Promise<NamedKind> {
  const dot = name.indexOf('.');
  const [kind, group] = dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  const ours = kinds.find(one => one.kind === kind && (group === undefined || one.group === group));
  if (ours) return { apiVersion: apiVersionOfKind(ours), kind: ours.kind, namespaced: true };
  if (group === undefined)
    throw new ActionError(`a kind that is not Flux's is named with its group: ${name}.apps`);
  const found = await servedKind(client, group, kind);
  if (!found) throw new ActionError(`the cluster has no kind ${kind}${group && ` in ${group}`}`);
  return { apiVersion: apiVersionOf(found.group, found.version), kind, namespaced: found.namespaced };
}

/** The version that the server prefers comes first. A kind may have been defined since the server was asked. */
async function servedKind({ discovery }: KubeClient, group: string, kind: string) {
  const find = async () =>
    (await discovery.all()).find(
      one => one.group === group && one.kind === kind && one.verbs.includes('get'),
    );
  const found = await find();
  if (found || askedAnew(discovery)) return found;
  discovery.invalidate();
  return find();
}

/** Milliseconds that must pass before an unknown kind has the server asked again. */
const patience = 5000;
const lastAsked = new WeakMap<object, number>();

function askedAnew(discovery: object): boolean {
  const now = performance.now();
  if (now - (lastAsked.get(discovery) ?? Number.NEGATIVE_INFINITY) < patience) return true;
  lastAsked.set(discovery, now);
  return false;
}
