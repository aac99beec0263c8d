import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import { listen } from './listen.ts';
import { activity, begin, change, connection } from './store.ts';

interface FleetMessage {
  rows: Row[];
  unseen: { kind: string; why: string }[];
  offers: string[];
}

/** Follow the fleet: everything, then what changes; after an interruption everything anew. */
export function follow(): void {
  listen(() => '/api/stream', {
    on: {
      fleet: ({ rows, unseen, offers }: FleetMessage) => begin(rows, unseen, offers),
      changes: (changes: [string, Row | null][]) => change(changes),
      activity(told: Activity) {
        activity.value = told;
      },
    },
    lost() {
      connection.value = 'lost';
    },
  });
}
