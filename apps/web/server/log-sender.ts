import type { LogLine, LogLines, LogSource } from '../model/log.ts';
import type { EventStream } from './event-stream.ts';

/** Milliseconds in which lines are gathered. */
const gathering = 50;
/** Characters that are gathered at most; then whoever reads waits for the page to take them. */
const most = 256 * 1024;

/** Sends what logs say, a few lines at a time, and no faster than the page takes it. */
export interface LogSender {
  add(source: string, line: LogLine): Promise<void> | undefined;
  tell(source: LogSource): void;
  flush(): void;
}

export function logSender(stream: EventStream): LogSender {
  let pending: LogLines[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length > 0) stream.send('lines', pending);
    [pending, size] = [[], 0];
  };
  stream.signal.addEventListener('abort', () => clearTimeout(timer));
  return {
    add(source, line) {
      const last = pending.at(-1);
      if (last?.source === source) last.lines.push(line);
      else pending.push({ source, lines: [line] });
      size += line[0].length + line[1].length;
      if (size > most) {
        flush();
        return stream.drained();
      }
      timer ??= setTimeout(flush, gathering);
      return undefined;
    },
    tell(source) {
      // What it has said comes before what became of it.
      flush();
      stream.send('source', source);
    },
    flush,
  };
}
