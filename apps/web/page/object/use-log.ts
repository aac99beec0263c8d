import { useEffect, useState } from 'preact/hooks';
import type { LogLines, LogSource } from '../../model/log.ts';
import { type Block, logBuffer } from '../../model/log-buffer.ts';
import type { ObjectName } from '../../model/object-name.ts';
import { listen } from '../listen.ts';

export interface LogView {
  blocks: readonly Block[];
  /** How many lines there have been. */
  total: number;
  /** How many of them are no longer kept. */
  dropped: number;
  sources: ReadonlyMap<string, LogSource>;
  /** The first lines are there. */
  begun: boolean;
  /** What keeps the log from being read whole; empty for nothing. */
  problem: string;
  isLost: boolean;
}

const nothing: LogView = {
  blocks: [],
  total: 0,
  dropped: 0,
  sources: new Map(),
  begun: false,
  problem: '',
  isLost: false,
};

interface Choice {
  /** Empty for all. */
  container: string;
  previous: boolean;
}

/** Follow the log of what an object runs. After an interruption it goes on where it was. */
export function useLog({ kind, namespace, name }: ObjectName, { container, previous }: Choice): LogView {
  const [view, setView] = useState(nothing);
  useEffect(() => {
    const buffer = logBuffer();
    const now = { ...nothing };
    let frame = 0;
    const change = (part: Partial<LogView>) => {
      Object.assign(now, part);
      // However fast lines come, they are drawn as often as the screen is.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const { blocks, total, dropped } = buffer;
        setView({ ...now, blocks, total, dropped });
      });
    };
    const query = new URLSearchParams({ kind, namespace, name, container, previous: previous ? '1' : '' });
    const address = () => {
      query.set('since', buffer.again() ?? '');
      return `/api/logs?${query}`;
    };
    const end = listen(address, {
      on: {
        lines(all: LogLines[]) {
          for (const { source, lines } of all) buffer.add(source, lines);
          change({ isLost: false });
        },
        source(source: LogSource) {
          change({ sources: new Map(now.sources).set(source.key, source), isLost: false });
        },
        begun({ left }: { left: number }) {
          const problem = left > 0 ? `${left} more containers are not read: choose one, or one Pod` : '';
          change({ begun: true, isLost: false, problem });
        },
        still: ({ why }: { why: string }) => change({ problem: `Pods that come are not told: ${why}` }),
        refused: ({ why }: { why: string }) => change({ begun: true, problem: why }),
      },
      lost: () => change({ isLost: true }),
    });
    change({});
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [kind, namespace, name, container, previous]);
  return view;
}
