import { goFunction } from '../function.ts';
import { type GoMap, type TemplateFunction, underlying } from '../value.ts';
import { kindOfType } from './go-value.ts';
import { escapePart } from './url-escape.ts';
import { hostname, parseUrl, type UrlParts, type Userinfo } from './url-parse.ts';

/** URLs into their parts and back. */
export const urls: Record<string, TemplateFunction> = {
  urlParse: goFunction(['string'], text => {
    const { user, ...parts } = prefixed('unable to parse url', () => parseUrl(text));
    return { ...parts, hostname: hostname(parts.host), userinfo: user ? userinfoText(user) : '' };
  }),
  urlJoin: goFunction(['map[string]interface {}'], dict => urlText(partsOf(dict))),
};

function partsOf(dict: GoMap): UrlParts {
  const text = (key: string) => textAt(dict, key);
  const parts = {
    scheme: text('scheme'),
    host: text('host'),
    path: text('path'),
    query: text('query'),
    opaque: text('opaque'),
    fragment: text('fragment'),
  };
  const userinfo = text('userinfo');
  if (userinfo === '') return { ...parts, user: undefined };
  const { user } = prefixed('unable to parse userinfo in dict', () => parseUrl(`proto://${userinfo}@host`));
  return { ...parts, user };
}

function textAt(dict: GoMap, key: string): string {
  if (!Object.hasOwn(dict, key)) return '';
  const kind = kindOfType(dict[key]);
  if (kind !== 'string')
    throw new Error(`unable to parse ${key} key, must be of type string, but ${kind} found`);
  return underlying(dict[key]) as string;
}

function userinfoText({ name, password }: Userinfo): string {
  const secret = password === undefined ? '' : `:${escapePart(password, 'userinfo')}`;
  return escapePart(name, 'userinfo') + secret;
}

/** A URL as Go's net/url writes it. */
function urlText({ scheme, opaque, user, host, path, query, fragment }: UrlParts): string {
  let out = scheme && `${scheme}:`;
  if (opaque) out += opaque;
  else {
    const hasAuthority = (scheme || host || user) && (host || path || user);
    if (hasAuthority) out += `//${user ? `${userinfoText(user)}@` : ''}${escapePart(host, 'host')}`;
    const escaped = path === '*' ? path : escapePart(path, 'path');
    if (escaped && !escaped.startsWith('/') && host) out += '/';
    // What looks like a scheme at the start of a path is none behind a dot.
    if (out === '' && /^[^/]*:/.test(escaped)) out += './';
    out += escaped;
  }
  return out + (query && `?${query}`) + (fragment && `#${escapePart(fragment, 'fragment')}`);
}

function prefixed<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Error(`${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
