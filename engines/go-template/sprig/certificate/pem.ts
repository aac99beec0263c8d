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
  for (const begin of text.matchAll(/^-----BEGIN ([^\n]*)-----[ \t\r]*$/gm)) {
    const type = begin[1]!;
    const start = begin.index + begin[0].length;
    const end = text.indexOf(`\n-----END ${type}-----`, start);
    if (end < 0) continue;
    const base64 = withoutHeaders(text.slice(start, end)).replace(/\s/g, '');
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
      return { type, bytes: Buffer.from(base64, 'base64') };
  }
  return undefined;
}

/** Headers have a colon, which base64 has not. */
function withoutHeaders(body: string): string {
  return body
    .split('\n')
    .filter(line => !line.includes(':'))
    .join('\n');
}
