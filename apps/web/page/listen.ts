import { learnWho } from './ask.ts';

/** Milliseconds without a sign of life after which the line counts as cut; the server gives one in fifteen seconds. */
const silence = 40_000;
/** Milliseconds until a line that was cut is tried again. */
const pause = 2000;
/**
 * Milliseconds that a page may be out of sight before it gives its lines up, until it is looked at again: browsers allow
 * six connections to a server, over all their tabs.
 */
const patience = 5000;

const networkEvents = ['offline', 'online'] as const;

export interface Listening {
  /** What to do with what is told, by the name of the event. */
  on: Record<string, (data: never) => void>;
  /** Called whenever the line is cut; it is taken up again by itself. */
  lost?(): void;
}

/**
 * Follow server-sent events of an address, which is asked for anew each time. Returns what ends it. What is `refused`
 * ends.
 */
export function listen(address: () => string, { on, lost }: Listening): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let leaving: ReturnType<typeof setTimeout>;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const again = () => {
    close();
    lost?.();
    timer = setTimeout(open, pause);
  };
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(again, silence);
  };
  const open = () => {
    const opened = new EventSource(address());
    source = opened;
    for (const [event, act] of [...Object.entries(on), ['beat', () => {}] as const])
      opened.addEventListener(event, ({ data }) => {
        alive();
        act(JSON.parse(data) as never);
        if (event === 'refused') end();
      });
    opened.addEventListener('error', () => {
      // Where it was refused for the lack of a session, this leads to the login.
      if (opened.readyState === EventSource.CLOSED) learnWho().catch(() => {});
      again();
    });
    alive();
  };
  let isResting = false;
  const turn = () => {
    clearTimeout(leaving);
    if (document.hidden)
      leaving = setTimeout(() => {
        isResting = true;
        close();
      }, patience);
    else if (isResting) {
      isResting = false;
      open();
    }
  };
  // A line that was cut far away is silent: whoever loses the network knows it at once, and on this machine loses nothing.
  const doubt = () => {
    if (!isResting) again();
  };
  const end = () => {
    close();
    clearTimeout(leaving);
    document.removeEventListener('visibilitychange', turn);
    for (const event of networkEvents) removeEventListener(event, doubt);
  };
  document.addEventListener('visibilitychange', turn);
  for (const event of networkEvents) addEventListener(event, doubt);
  open();
  turn();
  return end;
}
