import type { Viewer } from './viewer.ts';

/** Places that each viewer has. */
interface Places {
  /** Take one until the signal ends it; false where the viewer has all of theirs. */
  take(viewer: Pick<Viewer, 'as'>, signal: AbortSignal): boolean;
}

function places(most: number): Places {
  const taken = new Map<string, number>();
  const leave = (who: string) => {
    const left = (taken.get(who) ?? 1) - 1;
    if (left > 0) taken.set(who, left);
    else taken.delete(who);
  };
  return {
    take({ as }, signal) {
      const who = as === 'own' ? '' : JSON.stringify(as.user);
      const now = taken.get(who) ?? 0;
      if (now >= most || signal.aborted) return false;
      taken.set(who, now + 1);
      signal.addEventListener('abort', () => leave(who), { once: true });
      return true;
    },
  };
}

/** Views that follow something, of one viewer at a time: each holds connections to the API server. */
const views = { most: 24, ...places(24) };

/** A place for a view that follows something. */
export const takePlace = views.take;
export const noPlace = `more than ${views.most} views follow something in your name: close some of them`;

/** Requests of one viewer at a time, streams among them: browsers have six to a server. */
const requests = { most: 100, ...places(100) };

export const takeRequest = requests.take;
export const noRequest = `more than ${requests.most} requests are under way in your name`;
