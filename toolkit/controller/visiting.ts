import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose visit it is that something is done in, or what it has started: for those who count, and for nothing else. */
export const visiting = new AsyncLocalStorage<{ kind: string; namespace: string; name: string }>();
