/** The parts of RFC 3339 as Go's layouts name them. */
const parts: readonly (readonly [layout: string, text: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^(?:0[1-9]|1[0-2])/],
  ['-', /^-/],
  ['02', /^(?:0[1-9]|[12]\d|3[01])/],
  ['T', /^T/],
  ['15', /^(?:[01]\d|2[0-3])/],
  [':', /^:/],
  ['04', /^[0-5]\d/],
  [':', /^:/],
  ['05', /^[0-5]\d/],
  ['.000000', /^\.\d{6}/],
  ['Z07:00', /^(?:Z|[+-]\d\d:\d\d)/],
];
const fraction = '.000000';

/** A time of the API as it is mostly written: in UTC and whole seconds. */
const plain = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Whether a time of whole seconds is written as the API server writes it. */
export function isPlainTime(text: string): boolean {
  return plain.test(text);
}

/**
 * Why a text is no time of the API, in the words of Go's time.Parse; undefined when it is one. `micro` asks for
 * exactly six digits after the second, otherwise a fraction is optional.
 */
export function timeProblem(text: string, micro: boolean): string | undefined {
  if (!micro && isPlainTime(text) && !Number.isNaN(Date.parse(text))) return undefined;
  const layout = parts.map(([part]) => (part === fraction && !micro ? '' : part)).join('');
  let rest = text;
  for (const [part, shape] of parts) {
    const expected = part === fraction && !micro ? /^(?:[.,]\d+)?/ : shape;
    const found = expected.exec(rest);
    if (!found) {
      const [whole, shown, piece] = [text, rest, part].map(one => JSON.stringify(one));
      return `parsing time ${whole} as ${JSON.stringify(layout)}: cannot parse ${shown} as ${piece}`;
    }
    rest = rest.slice(found[0].length);
  }
  if (rest !== '') return `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
  return Number.isNaN(Date.parse(text))
    ? `parsing time ${JSON.stringify(text)}: day out of range`
    : undefined;
}
