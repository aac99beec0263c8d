import type { Row } from '../model/row.ts';
import { learnWho } from './ask.ts';
import { begin, change, connection } from './store.ts';

/** Milliseconds without a sign of life after which the line counts as cut; the server gives one in fifteen seconds. */
const silence = 40_000;

interface Everything {
  rows: Row[];
  unseen: { kind: string; why: string }[];
  partial: boolean;
}

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
  on('fleet', ({ rows, unseen, partial }: Everything) => {
    begin(rows, unseen, partial);
    // Where the last session has ended meanwhile, this is another.
    learnWho().catch(() => {});
  });
  on('changes', (changes: [string, Row | null][]) => change(changes));
  on('beat', () => {});
  source.addEventListener('error', () => {
    connection.value = 'lost';
    // A browser gives up where it was refused; the server may be on its way back.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(timer);
    // Where it is for the lack of a session, this leads to the login.
    learnWho().catch(() => {});
    setTimeout(follow, 2000);
  });
  alive();
}
