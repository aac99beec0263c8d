import type { Target } from './api.ts';
import type { Registry } from './registry.ts';
import { badRequest, methodNotAllowed, methodNotSupported, noSuchResource, notFound } from './status.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/**
 * What a method on a path means, or undefined for paths outside of the resources.
 * Throws 404 for unknown resources and 405 for methods that the resource does not have.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function resolveRequest(
  registry: Registry,
  method: string,
  path: string,
  query: URLSearchParams,
): { verb: Verb; target: Target } | undefined {
  const target = targetOf(registry, path);
  if (!target) return undefined;
  const verb = verbOf(method, target, query);
  const verbs = target.subresource
    ? (target.resource.subresources[target.subresource]?.verbs ?? [])
    : target.resource.verbs;
  if (!verb || !verbs.includes(verb))
    throw target.resource.custom && verb ? methodNotSupported(target.resource, verb) : methodNotAllowed();
  // What is made or deleted at once is so in one namespace.
  const everywhere = target.resource.namespaced && target.namespace === '';
  if (everywhere && (verb === 'create' || verb === 'deletecollection')) {
    throw methodNotAllowed();
  }
  return { verb, target };
}

/** Thrown for a group of definitions: what it does not serve is unknown as any other path is. */
class NoSuchPath extends Error {
  override name = 'NoSuchPath';
}

function targetOf(registry: Registry, path: string): Target | undefined {
  try {
    return resolveTarget(registry, path);
  } catch (error) {
    if (error instanceof NoSuchPath) return undefined;
    throw error;
  }
}

function resolveTarget(registry: Registry, path: string): Target | undefined {
  const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decode);
  if (parts[0] !== 'api' && parts[0] !== 'apis') return undefined;
  // A name that is missing on the way must not make a namespace of what follows.
  if (parts.includes('')) throw noSuchResource();
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  if (rest.length === 0) return undefined;
  const [group, version] = parts[0] === 'api' ? ['', parts[1]!] : [parts[1]!, parts[2]!];
  const find = (plural: string | undefined) => {
    const resource = registry.find(group, version, plural ?? '');
    if (!resource) throw registry.isBuiltIn(group) ? noSuchResource() : new NoSuchPath();
    return resource;
  };
  const ownSubresource = rest[0] === 'namespaces' && (rest[2] === 'status' || rest[2] === 'finalize');
  if (rest[0] !== 'namespaces' || rest.length < 3 || ownSubresource) {
    const resource = find(rest[0]);
    if (resource.namespaced && rest.length > 1) throw noSuchResource();
    return { resource, namespace: '', ...nameAndSubresource(resource, rest.slice(1)) };
  }
  const resource = find(rest[2]);
  if (!resource.namespaced) throw noSuchResource();
  return { resource, namespace: rest[1]!, ...nameAndSubresource(resource, rest.slice(3)) };
}

function nameAndSubresource(
  resource: Target['resource'],
  rest: string[],
): { name: string; subresource: string } {
  const [name = '', subresource = '', ...beyond] = rest;
  if (subresource && !Object.hasOwn(resource.subresources, subresource))
    throw resource.custom ? notFound(resource, name) : noSuchResource();
  // Only a proxy takes what stands behind it.
  if (beyond.length > 0 && subresource !== 'proxy') throw noSuchResource();
  return { name, subresource };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw noSuchResource();
  }
}

function verbOf(method: string, target: Target, query: URLSearchParams): Verb | undefined {
  const one = target.name !== '';
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isTrue(query.get('watch'))) return 'watch';
      return one ? 'get' : 'list';
    case 'POST':
      return one && !target.subresource && !target.resource.custom ? undefined : 'create';
    case 'PUT':
      return one ? 'update' : undefined;
    case 'PATCH':
      return one ? 'patch' : undefined;
    case 'DELETE':
      return one ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

/** A parameter counts unless it is 0 or false: `?watch` does, and so does `?watch=x`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** A whole number among the parameters; undefined where there is none. Throws 400. */
export function wholeNumberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
