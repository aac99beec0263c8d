import type { FieldError } from '@millrace/schema';

/** All of several lists of problems. Most are empty, and of those nothing is made. */
export function joined(...lists: readonly (readonly FieldError[])[]): FieldError[] {
  const all: FieldError[] = [];
  for (let i = 0; i < lists.length; i++) {
    const list = lists[i] as readonly FieldError[];
    for (let k = 0; k < list.length; k++) all.push(list[k] as FieldError);
  }
  return all;
}
