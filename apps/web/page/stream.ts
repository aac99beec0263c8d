import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import { activity, begin, change, connection } from './store.ts';

interface FleetMessage {
  rows: Row[];
  unseen: { kind: string; why: string }[];
  offers: string[];
}

/** Milliseconds without a sign of life after which the line counts as cut; the server gives one in fifteen seconds. */
const silence = 40_000;

/** Follow the server: everything, then what changes; after an interruption everything anew. */
export function follow(): void {
  const source = new EventSource('/api/stream');
  let timer: ReturnType<typeof setTimeout>;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      source.close();
      connection.value = 'lost';
      follow();
    }, silence);
  };
  const on = (event: string, act: (data: never) => void) =>
    source.addEventListener(event, ({ data }) => {
      alive();
      act(JSON.parse(data) as never);
    });
  on('fleet', ({ rows, unseen, offers }: FleetMessage) => begin(rows, unseen, offers));
  on('changes', (changes: [string, Row | null][]) => change(changes));
  on('activity', (told: Activity) => {
    activity.value = told;
  });
  on('beat', () => {});
  source.addEventListener('error', () => {
    connection.value = 'lost';
    // A browser gives up where it was refused; the server may be on its way back.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(timer);
    setTimeout(follow, 2000);
  });
  alive();
}
