import type { Viewer } from './viewer.ts';

/** Views that follow something, of one viewer at a time: each holds connections to the API server. */
const most = 24;

const taken = new Map<string, number>();

/** A place for a view that follows something, until the signal ends it; false where the viewer has all of theirs. */
export function takePlace({ as }: Viewer, signal: AbortSignal): boolean {
  const who = as === 'own' ? '' : JSON.stringify(as.user);
  const now = taken.get(who) ?? 0;
  if (now >= most || signal.aborted) return false;
  taken.set(who, now + 1);
  signal.addEventListener('abort', () => leave(who), { once: true });
  return true;
}

function leave(who: string): void {
  const left = (taken.get(who) ?? 1) - 1;
  if (left > 0) taken.set(who, left);
  else taken.delete(who);
}

export const noPlace = `more than ${most} views follow something in your name: close some of them`;
