import { useEffect, useRef, useState } from 'preact/hooks';
import type { LogLines, LogSource } from '../../model/log.ts';
import { type LogBuffer, logBuffer } from '../../model/log-buffer.ts';
import type { ObjectName } from '../../model/object-name.ts';
import { listen } from '../listen.ts';

export interface LogView {
  buffer: LogBuffer;
  sources: ReadonlyMap<string, LogSource>;
  /** The first lines are there. */
  begun: boolean;
  /** What keeps the log from being read whole; empty for nothing. */
  problem: string;
  isLost: boolean;
}

interface Choice {
  /** Empty for all. */
  container: string;
  previous: boolean;
}

/** Follow the log of what an object runs. After an interruption it goes on where it was. */
export function useLog({ kind, namespace, name }: ObjectName, { container, previous }: Choice): LogView {
  const view = useRef<LogView>(fresh());
  const [, draw] = useState(0);
  useEffect(() => {
    view.current = fresh();
    let frame = 0;
    const change = (part: Partial<LogView>) => {
      Object.assign(view.current, part);
      // However fast lines come, they are drawn as often as the screen is.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw(count => count + 1);
      });
    };
    const { buffer } = view.current;
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
          change({ sources: new Map(view.current.sources).set(source.key, source), isLost: false });
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
  return view.current;
}

const fresh = (): LogView => ({
  buffer: logBuffer(),
  sources: new Map(),
  begun: false,
  problem: '',
  isLost: false,
});
