import type { Library } from '../../check/environment.ts';
import { type CelFunction, celFunction, global, member } from '../../check/function.ts';
import { bool, list, map, opaque, string } from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { Entries, List } from '../../value/collection.ts';
import { OpaqueValue } from '../../value/value.ts';
import { nominal } from './ip.ts';

export const urlType = opaque('kubernetes.URL');

/** A URL by its parts, as Go's net/url takes it apart. */
class Url extends OpaqueValue {
  readonly type = urlType;
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string, [scheme, host, path, query]: readonly [string, string, string, string]) {
    super();
    this.text = text;
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Url && this.text === other.text;
  }
}

/** What is wrong with a text as the target of a request; undefined when it is one. Go's url.ParseRequestURI. */
export function urlProblem(text: string): string | undefined {
  const bad = (why: string) => `parse ${JSON.stringify(text)}: ${why}`;
  if (/[\x00-\x1f\x7f]/.test(text)) return bad('net/url: invalid control character in URL');
  if (text === '') return bad('empty url');
  const [, scheme, rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (scheme === undefined && /^:/.test(rest)) return bad('missing protocol scheme');
  if (scheme === undefined && /^[^/?#]*:/.test(rest))
    return bad('first path segment in URL cannot contain colon');
  if (!rest.startsWith('/') && !(scheme !== undefined && rest !== '')) return bad('invalid URI for request');
  if (scheme === undefined && !rest.startsWith('/')) return bad('invalid URI for request');
  const [, authority = '', path = ''] = /^(?:\/\/([^/]*))?([^?]*)/s.exec(rest) ?? [];
  if (/^\/\//.test(rest)) {
    const problem = hostProblem(authority.split('?')[0]!);
    if (problem) return bad(problem);
  }
  const odd = /%(?![0-9a-fA-F]{2})(.{0,2})/s.exec(path);
  return odd ? bad(`invalid URL escape ${JSON.stringify(`%${odd[1]}`)}`) : undefined;
}

function hostProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  const port = host.startsWith('[') ? host.slice(host.indexOf(']') + 1) : (/:[^:]*$/.exec(host)?.[0] ?? '');
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const odd = /[ "<>\\^`{|}]/.exec(host);
  return odd ? `invalid character ${JSON.stringify(odd[0])} in host name` : undefined;
}

/** Throws EvaluationError. */
function parseUrl(text: string): Url {
  const problem = urlProblem(text);
  if (problem) throw new EvaluationError(`URL parse error during conversion from string: ${problem}`);
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/s.exec(text) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return new Url(text, [scheme.toLowerCase(), host, path, query]);
}

function hostname({ host }: Url): string {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  return host.replace(/:\d*$/, '');
}

function port({ host }: Url): string {
  return /:(\d*)$/.exec(host.slice(host.indexOf(']') + 1))?.[1] ?? '';
}

/** As Go's EscapedPath: what must not stand in a path is escaped, what is escaped already stays. */
function escapedPath({ path }: Url): string {
  return path.replace(/[^%A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]/gu, sign =>
    encodeURIComponent(sign).toUpperCase(),
  );
}

function query({ query }: Url): Entries {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) values.set(key, [...(values.get(key) ?? []), value]);
  return new Entries([...values].map(([key, all]) => [key, new List(all)] as const));
}

function part(name: string, read: (url: Url) => string): CelFunction {
  return celFunction(name, [member([urlType], string, read)], { cost: nominal });
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library */
export const urlLibrary: Library = {
  functions: [
    celFunction('url', [global([string], urlType, parseUrl)], { cost: reading() }),
    celFunction('isURL', [global([string], bool, (text: string) => urlProblem(text) === undefined)]),
    part('getScheme', ({ scheme }) => scheme),
    part('getHost', ({ host }) => host),
    part('getHostname', hostname),
    part('getPort', port),
    part('getEscapedPath', escapedPath),
    celFunction('getQuery', [member([urlType], map(string, list(string)), query)], { cost: nominal }),
  ],
};
