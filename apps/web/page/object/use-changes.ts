import { useEffect, useState } from 'preact/hooks';
import type { ObjectName } from '../../model/object-name.ts';
import { listen } from '../listen.ts';

interface Changes {
  /** Another one after each change. */
  version: number;
  /** Why changes are not told; empty where they are. */
  still: string;
}

/**
 * Follow an object and what belongs to it while the page is in sight: browsers allow six connections to a server, over
 * all their tabs.
 */
export function useChanges({ kind, namespace, name }: ObjectName): Changes {
  const [version, setVersion] = useState(0);
  const [still, setStill] = useState('');
  useEffect(() => {
    const changed = () => setVersion(before => before + 1);
    const tellWhy = ({ why }: { why: string }) => setStill(why);
    const follow = () =>
      listen(() => `/api/watch?${new URLSearchParams({ kind, namespace, name })}`, {
        on: { changed, still: tellWhy, refused: tellWhy },
      });
    let end = document.hidden ? undefined : follow();
    const turn = () => {
      end?.();
      end = document.hidden ? undefined : follow();
      if (!document.hidden) changed();
    };
    document.addEventListener('visibilitychange', turn);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      end?.();
    };
  }, [kind, namespace, name]);
  return { version, still };
}
