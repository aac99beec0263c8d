import { kinds } from '@millrace/api';
import { isObject } from '@millrace/json';
import { type KubeClient, type KubeObject, keyOf, type WatchCache, watchCache } from '@millrace/kube';

/** The API groups of Flux. */
const fluxGroup = /^([a-z]+\.)?(toolkit|extensions)\.fluxcd\.io$/;

const isReconciled = (kind: string) => kinds.some(one => one.kind === kind);

interface Definition {
  apiVersion: string;
  kind: string;
}

/**
 * Objects of Flux's kinds that nobody here reconciles. Definitions are watched, and objects where there is a definition:
 * at rest that costs nothing.
 * @param found told of each object that comes or goes
 */
export function watchLacking(
  client: KubeClient,
  found: (kind: string, key: string, exists: boolean) => void,
): { stop(): void; look(): Promise<void> } {
  const watched = new Map<string, WatchCache<boolean>>();
  const definitions = watchCache<Definition | undefined>(
    client,
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    { project: definitionOf },
  );
  definitions.subscribe(({ key, after }) => {
    if (!after) {
      watched.get(key)?.stop();
      watched.delete(key);
    } else if (!watched.has(key)) watched.set(key, watchObjects(client, after, found));
  });
  return {
    /** Tell of all that there is now, without waiting for the watches. */
    async look() {
      client.discovery.invalidate();
      const mappings = await client.discovery.all();
      const lacking = mappings.filter(({ group, kind }) => fluxGroup.test(group) && !isReconciled(kind));
      for (const { group, version, kind } of lacking) {
        const { items } = await client.listAll(`${group}/${version}`, kind, { as: 'own' });
        for (const item of items) if (counts(item)) found(kind, keyOf(item.metadata), true);
      }
    },
    stop() {
      definitions.stop();
      for (const cache of watched.values()) cache.stop();
    },
  };
}

/** What is suspended nobody expects to be reconciled. */
function counts({ spec }: KubeObject): boolean {
  return !(isObject(spec) && spec.suspend === true);
}

function watchObjects(
  client: KubeClient,
  { apiVersion, kind }: Definition,
  found: (kind: string, key: string, exists: boolean) => void,
): WatchCache<boolean> {
  const cache = watchCache<boolean>(client, { apiVersion, kind }, { project: counts });
  cache.subscribe(({ key, before = false, after = false }) => {
    if (before !== after) found(kind, key, after);
  });
  return cache;
}

/** The kind that a definition brings, if it is one of Flux's that is served and that nobody here reconciles. */
function definitionOf({ spec, status }: KubeObject): Definition | undefined {
  if (!isObject(spec) || typeof spec.group !== 'string' || !fluxGroup.test(spec.group)) return undefined;
  const names = isObject(spec.names) ? spec.names : {};
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
  const version = versions.find(({ storage }) => storage === true)?.name ?? versions[0]?.name;
  const conditions =
    isObject(status) && Array.isArray(status.conditions) ? status.conditions.filter(isObject) : [];
  const isEstablished = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  if (typeof names.kind !== 'string' || typeof version !== 'string' || !isEstablished) return undefined;
  return isReconciled(names.kind) ? undefined : { apiVersion: `${spec.group}/${version}`, kind: names.kind };
}
