import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose visit it is that something is done in, or what it has started. */
export interface Visited {
  kind: string;
  namespace: string;
  name: string;
  /** Of what is brought about, once that is known. */
  revision?: string;
}

/** For those who count and those who write down, and for nothing else. */
export const visiting = new AsyncLocalStorage<Visited>();

/** What the visit that is under way does from now on, it does because of this revision. */
export function actOn(revision: string): void {
  const visited = visiting.getStore();
  if (visited) visited.revision = revision;
}

/** Does something for an object outside of its visits. */
export function actFor<T>(whom: Visited, act: () => Promise<T>): Promise<T> {
  return visiting.run({ ...whom }, act);
}
