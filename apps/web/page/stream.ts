import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import { learnWho } from './ask.ts';
import { listen } from './listen.ts';
import { activity, type Beginning, begin, change, connection } from './store.ts';

/** Follow the fleet: everything, then what changes; after an interruption everything anew. */
export function follow(): void {
  listen(() => '/api/stream', {
    on: {
      fleet(everything: Beginning) {
        begin(everything);
        // Where the last session has ended meanwhile, this is another.
        learnWho().catch(() => {});
      },
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
