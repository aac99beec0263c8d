import { type Push, type Registry, startRegistry } from '@millrace/registry';
import { say } from './say.ts';

/** The registry of this `up`. */
export interface LocalRegistry {
  registry: Registry;
  /** `localhost:<port>`: by this name every client knows that it has no TLS. */
  host: string;
  /** Repositories whose content stands behind every tag. */
  anything: Map<string, string>;
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
  return { registry, host: registry.host.replace('127.0.0.1', 'localhost'), anything };
}
