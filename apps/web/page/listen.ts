import { learnWho } from './ask.ts';

/** Milliseconds without a sign of life after which the line counts as cut; the server gives one in fifteen seconds. */
const silence = 40_000;
/** Milliseconds until a line that was cut is tried again. */
const pause = 2000;

export interface Listening {
  /** What to do with what is told, by the name of the event. */
  on: Record<string, (data: never) => void>;
  /** Called whenever the line is cut; it is taken up again by itself. */
  lost?(): void;
}

/** Follow server-sent events of an address, which is asked for anew each time. Returns what ends it. What is `refused` ends. */
export function listen(address: () => string, { on, lost }: Listening): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout>;
  const again = () => {
    source?.close();
    lost?.();
    clearTimeout(timer);
    timer = setTimeout(open, pause);
  };
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(again, silence);
  };
  const open = () => {
    source = new EventSource(address());
    for (const [event, act] of [...Object.entries(on), ['beat', () => {}] as const])
      source.addEventListener(event, ({ data }) => {
        alive();
        act(JSON.parse(data) as never);
        if (event === 'refused') end();
      });
    source.addEventListener('error', () => {
      // Where it was refused for the lack of a session, this leads to the login.
      if (source?.readyState === EventSource.CLOSED) learnWho().catch(() => {});
      again();
    });
    alive();
  };
  const end = () => {
    clearTimeout(timer);
    source?.close();
  };
  open();
  return end;
}
