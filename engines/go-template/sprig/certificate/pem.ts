export interface PemBlock {
  type: string;
  bytes: Buffer;
}

/** RFC 7468: lines of 64 characters of base64 between two marks. */
export function encodePem({ type, bytes }: PemBlock): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n');
}

/** The first block of a text, with or without headers; undefined if there is none. */
export function decodePem(text: string): PemBlock | undefined {
  let block: { type: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const type = markedType(line, '-----BEGIN ');
    if (type !== undefined) block = { type, lines: [] };
    else if (block && line.startsWith(`-----END ${block.type}-----`)) {
      const bytes = decodeBody(block.lines);
      if (bytes !== undefined) return { type: block.type, bytes };
      block = undefined;
    } else block?.lines.push(line);
  }
  return undefined;
}

function markedType(line: string, mark: string): string | undefined {
  const whole = line.trimEnd();
  const isMark = whole.startsWith(mark) && whole.endsWith('-----') && whole.length >= mark.length + 5;
  return isMark ? whole.slice(mark.length, -5) : undefined;
}

/** Headers have a colon, which base64 has not. */
function decodeBody(lines: readonly string[]): Buffer | undefined {
  const base64 = lines
    .filter(line => !line.includes(':'))
    .join('')
    .replace(/\s/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
    ? Buffer.from(base64, 'base64')
    : undefined;
}
