import type { Row } from '../model/row.ts';
import { listen } from './listen.ts';
import { begin, change, connection } from './store.ts';

/** Follow the fleet: everything, then what changes; after an interruption everything anew. */
export function follow(): void {
  listen(() => '/api/stream', {
    on: {
      fleet: ({ rows, unseen }: { rows: Row[]; unseen: { kind: string; why: string }[] }) =>
        begin(rows, unseen),
      changes: (changes: [string, Row | null][]) => change(changes),
    },
    lost() {
      connection.value = 'lost';
    },
  });
}
