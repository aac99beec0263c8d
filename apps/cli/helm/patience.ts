import type { Limits } from '@millrace/go-template';

/** Limits under which a render ends after so many milliseconds from now. */
export function within(milliseconds: number): Partial<Limits> {
  const end = performance.now() + milliseconds;
  return { expired: () => performance.now() > end };
}
