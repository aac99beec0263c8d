import type { LogLine } from './log.ts';
import { type LogPosition, logPosition } from './log-position.ts';

export interface Entry {
  /** Counts up: no two lines have the same. */
  id: number;
  source: string;
  time: string;
  text: string;
}

/** Lines that came together; it does not change once it is full, so that nobody has to draw it again. */
export interface Block {
  id: number;
  entries: readonly Entry[];
}

/** What a page keeps of logs: the last lines, in blocks. */
export interface LogBuffer {
  readonly blocks: readonly Block[];
  /** How many lines there have been. */
  readonly total: number;
  /** How many of them are no longer kept. */
  readonly dropped: number;
  /** Add what is new of them. */
  add(source: string, lines: readonly LogLine[]): void;
  /** The logs are read again, from this time on; undefined: from their beginning. */
  again(): string | undefined;
}

const perBlock = 200;

export function logBuffer(most = 10_000): LogBuffer {
  let blocks: Block[] = [];
  let total = 0;
  let kept = 0;
  const positions = new Map<string, LogPosition>();
  const positionOf = (source: string) => {
    const known = positions.get(source);
    if (known) return known;
    const fresh = logPosition();
    positions.set(source, fresh);
    return fresh;
  };
  const append = (entries: Entry[]) => {
    const last = blocks.at(-1);
    const room = last ? perBlock - last.entries.length : 0;
    if (last && room > 0)
      blocks[blocks.length - 1] = { id: last.id, entries: [...last.entries, ...entries.slice(0, room)] };
    for (let from = room; from < entries.length; from += perBlock)
      blocks.push({ id: entries[from]!.id, entries: entries.slice(from, from + perBlock) });
    kept += entries.length;
    let surplus = 0;
    while (kept - blocks[surplus]!.entries.length >= most) kept -= blocks[surplus++]!.entries.length;
    blocks = blocks.slice(surplus);
  };
  return {
    get blocks() {
      return blocks;
    },
    get total() {
      return total;
    },
    get dropped() {
      return total - kept;
    },
    add(source, lines) {
      const position = positionOf(source);
      const entries: Entry[] = [];
      for (const [time, text] of lines)
        if (position.takes(time)) entries.push({ id: total + entries.length, source, time, text });
      if (entries.length === 0) return;
      total += entries.length;
      append(entries);
    },
    again() {
      const known = [...positions.values()];
      for (const position of known) position.again();
      return known
        .map(({ last }) => last)
        .filter(Boolean)
        .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
    },
  };
}
