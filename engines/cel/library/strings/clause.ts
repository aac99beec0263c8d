/** One `%…` of a format: how to print the next argument. */
export interface Clause {
  readonly verb: 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';
  readonly precision?: number;
}

/** A `%…` that means nothing. It ends the format, after its argument has been asked for. */
export interface BadClause {
  readonly problem: string;
}

/** The parts of a format: plain text and clauses, up to the first that means nothing. */
export function clausesOf(text: string): (string | Clause | BadClause)[] {
  const parts: (string | Clause | BadClause)[] = [];
  for (let at = 0; at < text.length; ) {
    const sign = text.indexOf('%', at);
    if (sign !== at) parts.push(text.slice(at, sign < 0 ? undefined : sign));
    if (sign < 0) break;
    if (text[sign + 1] === '%') {
      parts.push('%');
      at = sign + 2;
      continue;
    }
    const { clause, length } = clauseAt(text.slice(sign + 1));
    parts.push(clause);
    if ('problem' in clause) break;
    at = sign + 1 + length;
  }
  return parts;
}

function clauseAt(rest: string): { clause: Clause | BadClause; length: number } {
  const bad = (why: string) => ({
    clause: { problem: `could not parse formatting clause: ${why}` },
    length: 0,
  });
  if (rest === '') return { clause: { problem: 'unexpected end of string' }, length: 0 };
  const [, dot = '', digits = '', verb = ''] = /^(\.?)(\d*)(.?)/su.exec(rest) ?? [];
  if (dot === '' && digits !== '') return bad(`unrecognized formatting clause "${digits[0]}"`);
  if (dot !== '' && verb === '')
    return bad('error while parsing precision: could not find end of precision specifier');
  if (dot !== '' && digits === '')
    return bad(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  if (!'sdfebxXo'.includes(verb)) return bad(`unrecognized formatting clause "${verb}"`);
  const clause = { verb: verb as Clause['verb'], ...(dot && { precision: Number(digits) }) };
  return { clause, length: dot.length + digits.length + 1 };
}
