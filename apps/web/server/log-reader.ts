import { ApiError, delay } from '@millrace/kube';
import { type LogLine, type LogSource, tail } from '../model/log.ts';
import { logPosition } from '../model/log-position.ts';
import type { Container, Pod } from '../model/pod.ts';
import { type LogRequest, readLog } from './log-request.ts';
import type { LogSender } from './log-sender.ts';
import type { Viewer } from './viewer.ts';

/** Characters that are read before the first is told; what comes after them is told as if it were new. */
const mostAtFirst = 1024 * 1024;
/** Milliseconds between attempts at a log that has ended although its container runs. */
const pause = { least: 1000, most: 15_000 };

/** Reads the log of one container, run after run. */
export interface LogReader {
  readonly key: string;
  /** What it has said lately; its next lines are sent by themselves once `go` is called. */
  first(since: string | undefined): Promise<LogLine[]>;
  go(): void;
  /** What is known of the container now; undefined once its Pod is gone. */
  see(container: Container | undefined): void;
}

export function logReader(
  viewer: Viewer,
  { namespace, name: pod }: Pod,
  seen: Container,
  { send, signal }: { send: LogSender; signal: AbortSignal },
): LogReader {
  const key = `${pod}/${seen.name}`;
  const base: LogRequest = { namespace, pod, container: seen.name };
  let container: Container | undefined = seen;
  const position = logPosition();
  let reading = '';
  let isGoing = false;
  let told = '';
  const tell = (state: LogSource['state'], message = '') => {
    if (told === `${state} ${message}`) return;
    told = `${state} ${message}`;
    send.tell({ key, pod, container: seen.name, state, message });
  };

  /** What the run says from here on, for as long as it is the run. */
  const follow = async (run: string) => {
    let wait = pause.least;
    while (!signal.aborted && container?.run === run) {
      tell('reading');
      try {
        position.again();
        const since = position.last === '' ? {} : { since: position.last };
        for await (const line of readLog(viewer, { ...base, ...since, follow: true }, signal)) {
          wait = pause.least;
          if (position.takes(line[0])) await send.add(key, line);
        }
        if (container?.run === run && container.status !== 'Running') break;
      } catch (error) {
        if (signal.aborted) return;
        if (isRefusal(error)) return tell('refused', (error as Error).message);
        tell('lost', (error as Error).message);
      }
      await delay(wait, signal).catch(() => {});
      wait = Math.min(wait * 2, pause.most);
    }
    if (!signal.aborted) tell(...howItIs(container));
  };
  const look = () => {
    const run = container?.run ?? '';
    if (!isGoing || run === '' || run === reading) return;
    // What another run says is later: what has been read stays so.
    reading = run;
    void follow(run);
  };
  return {
    key,
    async first(since) {
      if (!container || container.run === '') {
        tell(...howItIs(container));
        return [];
      }
      const lines: LogLine[] = [];
      let size = 0;
      const bounds = { tailLines: since ? tail * 10 : tail, ...(since ? { since } : {}) };
      try {
        for await (const line of readLog(viewer, { ...base, ...bounds }, signal)) {
          if (position.takes(line[0])) lines.push(line);
          size += line[1].length;
          if (size > mostAtFirst) break;
        }
      } catch (error) {
        if (!isRefusal(error)) tell('lost', (error as Error).message);
      }
      return lines;
    },
    go() {
      isGoing = true;
      look();
    },
    see(now) {
      container = now;
      if (now?.run === '') tell(...howItIs(now));
      look();
    },
  };
}

/** What is said of a container that does not run now, in the place of its log. */
function howItIs(container: Container | undefined): [LogSource['state'], string] {
  if (!container) return ['ended', 'the Pod is gone'];
  const { run, status, message } = container;
  const why = [status, message].filter(Boolean).join(': ');
  return run === '' ? ['waiting', `it has not started: ${why}`] : ['ended', why];
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code < 500 && error.code !== 429;
}
