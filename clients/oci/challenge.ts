/** How a registry wants to be asked (RFC 9110, 11.6.1). */
export type Challenge = { scheme: 'basic' } | { scheme: 'bearer'; realm: string; service: string };

/** Of a header, in characters. */
const longest = 4096;

/** The first challenge of `WWW-Authenticate` that can be met; undefined where there is none. */
export function parseChallenge(header: string): Challenge | undefined {
  for (const { scheme, parameters } of challengesIn(header.slice(0, longest))) {
    if (scheme === 'basic') return { scheme };
    const realm = parameters.get('realm');
    if (scheme === 'bearer' && realm) return { scheme, realm, service: parameters.get('service') ?? '' };
  }
  return undefined;
}

interface Written {
  scheme: string;
  parameters: Map<string, string>;
}

/** A word is a parameter where `=` follows it, and else the scheme of the next challenge. */
function challengesIn(text: string): Written[] {
  const found: Written[] = [];
  for (let at = 0; at < text.length; ) {
    const end = endOfWord(text, at);
    const word = text.slice(at, end).toLowerCase();
    if (word === '') {
      at++;
      continue;
    }
    if (text[end] !== '=') {
      found.push({ scheme: word, parameters: new Map() });
      at = end;
      continue;
    }
    const value = valueAt(text, end + 1);
    const parameters = found.at(-1)?.parameters;
    if (parameters && !parameters.has(word)) parameters.set(word, value.text);
    at = value.end;
  }
  return found;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && /[\w!#$%&'*+.^`|~-]/.test(text[at]!)) at++;
  return at;
}

/** A word, or what stands in quotes, where a backslash keeps the character after it. */
function valueAt(text: string, start: number): { text: string; end: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && !' \t,'.includes(text[end]!)) end++;
    return { text: text.slice(start, end), end };
  }
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { text: value, end: at + 1 };
    value += text[at] === '\\' ? (text[++at] ?? '') : text[at];
  }
  return { text: value, end: text.length };
}
