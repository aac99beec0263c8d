const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const parameter =
  /[ \t]*;[ \t]*([!#$%&'*+\-.^_`|~0-9a-z]+)[ \t]*=[ \t]*([!#$%&'*+\-.^_`|~0-9a-z]+|"(?:[^"\\\r\n]|\\[^\r\n])*")/iy;

/** `application/json` of a Content-Type; undefined where Go's mime.ParseMediaType takes it for malformed. */
export function mediaType(header: string): string | undefined {
  const end = header.indexOf(';');
  const base = (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
  const parts = base.split('/');
  if (parts.length > 2 || !parts.every(part => token.test(part.trim()))) return undefined;
  return end < 0 || areParameters(header, end) ? base : undefined;
}

function areParameters(header: string, start: number): boolean {
  const seen = new Map<string, string>();
  let at = start;
  while (/[^ \t]/.test(header.slice(at))) {
    parameter.lastIndex = at;
    const found = parameter.exec(header);
    if (!found) return header.slice(at).trim() === ';';
    const [whole, name = '', value = ''] = found;
    const key = name.toLowerCase();
    if (seen.has(key) && seen.get(key) !== value) return false;
    seen.set(key, value);
    at += whole.length;
  }
  return true;
}

/** Whether a Content-Type says JSON. Several may stand in one header. */
export function isJson(header: string): boolean {
  for (const one of header.split(',')) {
    const type = mediaType(one);
    if (type === undefined) return false;
    if (type === 'application/json') return true;
  }
  return false;
}
