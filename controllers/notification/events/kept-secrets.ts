import type { Provider } from '@millrace/api';
import { type Shared, type Watches, wholeObjects } from '@millrace/controller';
import { type KubeObject, keyOf, type WatchCache } from '@millrace/kube';

/** The Secrets that Providers name, followed for as long as one does. */
export interface KeptSecrets {
  /** Throws where there is none, or where it cannot be had. */
  read(namespace: string, name: string): Promise<KubeObject>;
  stop(): void;
}

/** Stand for Secrets that are not there, where nothing is sent. */
export const missing = new WeakSet<KubeObject>();

/** For the index of Providers by the Secrets that they name. */
export function secretsOf({ metadata, spec }: Provider): string[] {
  const names = [spec.secretRef?.name, spec.certSecretRef?.name, spec.proxySecretRef?.name];
  return [...new Set(names)].flatMap(name => (name ? [`${metadata.namespace}/${name}`] : []));
}

/**
 * @param providers with an index `secret` of `secretsOf`
 * @param rehearses those that are missing have nothing in them
 */
export function keepSecrets(
  watches: Watches,
  providers: WatchCache<Provider>,
  rehearses: boolean,
): KeptSecrets {
  const held = new Map<string, Shared<KubeObject>>();
  const letGo = (key: string) => {
    held.get(key)?.release();
    held.delete(key);
  };
  const unsubscribe = providers.subscribe(({ before }) => {
    for (const key of before ? secretsOf(before) : [])
      if (providers.indexed('secret', key).length === 0) letGo(key);
  });
  return {
    async read(namespace, name) {
      const key = keyOf({ namespace, name });
      const selection = {
        apiVersion: 'v1',
        kind: 'Secret',
        namespace,
        fieldSelector: `metadata.name=${name}`,
      };
      const shared = held.get(key) ?? watches.use(selection, wholeObjects);
      held.set(key, shared);
      await shared.cache.settled();
      const problem = shared.cache.failure;
      const secret = shared.cache.get(key);
      if (secret) return secret;
      if (rehearses) return standIn(namespace, name);
      const said = problem instanceof Error ? problem.message : `secrets "${name}" not found`;
      throw new Error(`failed to get secret '${key}': ${said}`);
    },
    stop() {
      unsubscribe();
      for (const key of [...held.keys()]) letGo(key);
    },
  };
}

function standIn(namespace: string, name: string): KubeObject {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } };
  missing.add(secret);
  return secret;
}
