/** How a registry wants to be asked (RFC 9110, 11.6.1). */
export type Challenge = { scheme: 'basic' } | { scheme: 'bearer'; realm: string; service: string };

/** Of a header, in characters. */
const longest = 4096;

/** The first challenge of `WWW-Authenticate` that can be met, bearer before basic; undefined where there is none. */
export function parseChallenge(header: string): Challenge | undefined {
  const text = header.slice(0, longest);
  const bearer = /\bbearer\s/i.exec(text);
  if (bearer) {
    const parameters = parametersIn(text.slice(bearer.index + bearer[0].length));
    const realm = parameters.get('realm');
    if (realm) return { scheme: 'bearer', realm, service: parameters.get('service') ?? '' };
  }
  return /\bbasic\b/i.test(text) ? { scheme: 'basic' } : undefined;
}

function parametersIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(/\b([a-z]{1,32})=(?:"([^"]*)"|([^\s",]+))/gi)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted ?? plain ?? '');
  }
  return found;
}
