import { BadUri, escapedPath, parseRequestUri, parseUri, queryPairs, type Uri } from '@millrace/schema';
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
  readonly uri: Uri;

  constructor(uri: Uri) {
    super();
    this.uri = uri;
  }

  /** As they are printed: what is escaped in another way is the same. */
  equals(other: OpaqueValue): boolean {
    return other instanceof Url && printed(this.uri) === printed(other.uri);
  }
}

function printed({ path, ...uri }: Uri): string {
  return JSON.stringify({ ...uri, path: escapedPath(path) });
}

/** What is wrong with a text as the target of a request; undefined when it is one. Go's url.ParseRequestURI. */
export function urlProblem(text: string): string | undefined {
  try {
    parseRequestUri(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadUri) return error.message;
    throw error;
  }
}

/** Whatever could be asked for is a URL, and is taken apart with its fragment. Throws EvaluationError. */
function parseUrl(text: string): Url {
  try {
    parseRequestUri(text);
    return new Url(parseUri(text));
  } catch (cause) {
    if (!(cause instanceof BadUri)) throw cause;
    throw new EvaluationError(`URL parse error during conversion from string: ${cause.message}`);
  }
}

/** The host and its port; a colon with anything but digits behind it belongs to the host. */
function splitHost({ uri: { host } }: Url): { name: string; port: string } {
  const colon = host.lastIndexOf(':');
  const hasPort = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon));
  const name = hasPort ? host.slice(0, colon) : host;
  const isLiteral = name.startsWith('[') && name.endsWith(']');
  return { name: isLiteral ? name.slice(1, -1) : name, port: hasPort ? host.slice(colon + 1) : '' };
}

function query({ uri }: Url): Entries {
  const values = new Map<string, string[]>();
  for (const [key, value] of queryPairs(uri.query)) {
    const all = values.get(key);
    if (all) all.push(value);
    else values.set(key, [value]);
  }
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
    part('getScheme', ({ uri }) => uri.scheme),
    part('getHost', ({ uri }) => uri.host),
    part('getHostname', url => splitHost(url).name),
    part('getPort', url => splitHost(url).port),
    part('getEscapedPath', ({ uri }) => escapedPath(uri.path)),
    celFunction('getQuery', [member([urlType], map(string, list(string)), query)], { cost: nominal }),
  ],
};
