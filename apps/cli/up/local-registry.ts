import { type PushableRegistry, registry as registryAt, tokens, ways } from '@millrace/oci';
import { type Push, type Registry, startRegistry } from '@millrace/registry';
import { say } from './say.ts';

/** The registry of this `up`. */
export interface LocalRegistry {
  registry: Registry;
  /** `localhost:<port>`: by this name every client knows that it has no TLS. */
  host: string;
  /** Repositories whose content stands behind every tag. */
  anything: Map<string, string>;
  /** Ask or push to one of its repositories. */
  within<T>(repository: string, ask: (to: PushableRegistry) => Promise<T>): Promise<T>;
}

export async function startLocalRegistry(
  root: string,
  port: number,
  onPush: (push: Push) => void,
): Promise<LocalRegistry> {
  const anything = new Map<string, string>();
  const options = {
    root,
    onPush,
    resolve: (repository: string) => anything.get(repository),
    log: (text: string) => say('✗', text),
  };
  const registry = await startRegistry({ ...options, port }).catch(error => {
    // It is taken, or not ours to take: any will do.
    if (port === 0 || !['EADDRINUSE', 'EACCES'].includes(error.code)) throw error;
    return startRegistry(options);
  });
  const host = registry.host.replace('127.0.0.1', 'localhost');
  const login = { username: 'millrace', password: registry.token };
  const [kept, reached] = [tokens(), ways()];
  return {
    registry,
    host,
    anything,
    async within(path, ask) {
      const to = registryAt({ host, path }, { login, pushes: true, tokens: kept, ways: reached });
      try {
        return await ask(to);
      } finally {
        await to.close();
      }
    },
  };
}
