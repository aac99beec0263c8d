import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import { learnWho } from './ask.ts';
import { listen } from './listen.ts';
import { activity, begin, change, connection, type Everything } from './store.ts';

/** Follow the fleet: everything, then what changes; after an interruption everything anew. */
export function follow(): void {
  listen(() => '/api/stream', {
    on: {
      fleet(all: Everything) {
        begin(all);
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
      // Where it is for the lack of a session, this leads to the login.
      learnWho().catch(() => {});
    },
  });
}
