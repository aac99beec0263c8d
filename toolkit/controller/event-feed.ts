import type { Event } from '@millrace/notifications';

/** What happens to the objects of a process, told to everybody in it who wants to know: nobody is asked to wait. */
export interface EventFeed {
  tell(event: Event): void;
  /** Returns what ends it. */
  follow(listener: (event: Event) => void): () => void;
}

export function eventFeed(): EventFeed {
  const listeners = new Set<(event: Event) => void>();
  return {
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
