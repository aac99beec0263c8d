/** What Go's runtime says when it panics: text/template makes the error of the call out of it. */

export function nilDereference(): Error {
  return new Error('runtime error: invalid memory address or nil pointer dereference');
}

/** Hold `[start:end]` against a length as Go does. Throws in the words of its runtime. */
export function checkBounds(start: number, end: number, length: number): void {
  if (end < 0) throw outOfBounds(`[:${end}]`);
  if (end > length) throw outOfBounds(`[:${end}] with length ${length}`);
  checkStart(start, end);
}

/** The same for `[start:]`. */
export function checkStart(start: number, length: number): void {
  if (start < 0) throw outOfBounds(`[${start}:]`);
  if (start > length) throw outOfBounds(`[${start}:${length}]`);
}

function outOfBounds(what: string): Error {
  return new Error(`runtime error: slice bounds out of range ${what}`);
}
