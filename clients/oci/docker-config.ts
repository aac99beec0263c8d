import { isObject, type Json } from '@millrace/json';
import type { Login } from './login.ts';
import type { RepositoryName } from './repository-name.ts';

/** A Docker config is not one. The message names the place in it and never a value. */
export class InvalidDockerConfig extends Error {
  override readonly name = 'InvalidDockerConfig';
}

/** Logins by the registry that they are for, the most precise first. */
export type RegistryLogins = { host: string; path: string; login: Login }[];

/**
 * The logins of a `.dockerconfigjson` (`{"auths": {…}}`) or of a `.dockercfg` (the same without `auths`). Entries
 * without a login are passed over: credential helpers leave such behind. Throws InvalidDockerConfig.
 */
export function parseDockerConfig(text: string): RegistryLogins {
  const config = parsed(text);
  const auths = 'auths' in config ? config.auths : config;
  if (!isObject(auths)) throw new InvalidDockerConfig("'auths' has to be a mapping of registries to logins");
  const logins: RegistryLogins = [];
  for (const [key, entry] of Object.entries(auths)) {
    if (!isObject(entry)) continue;
    const login = loginIn(key, entry);
    if (login) logins.push({ ...placeOf(key), login });
  }
  return logins.sort((a, b) => b.path.length - a.path.length || b.host.length - a.host.length);
}

/**
 * The login for a repository: that of the longest path which the repository lies in. Hosts may have stars for whole
 * labels' text, as image pull secrets may (https://kubernetes.io/docs/concepts/containers/images/#config-json).
 */
export function loginFor(logins: RegistryLogins, { host, path }: RepositoryName): Login | undefined {
  const found = logins.find(
    entry =>
      isHost(entry.host, host) &&
      (entry.path === '' || path === entry.path || path.startsWith(`${entry.path}/`)),
  );
  return found?.login;
}

function parsed(text: string): { [name: string]: Json } {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new InvalidDockerConfig('it is no JSON');
  }
  if (!isObject(value)) throw new InvalidDockerConfig('it has to be a mapping');
  return value;
}

function loginIn(key: string, entry: { [name: string]: Json }): Login | undefined {
  const field = (name: string) => {
    const value = entry[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [registryToken, identityToken] = [field('registrytoken'), field('identitytoken')];
  if (registryToken) return { registryToken };
  if (identityToken) return { identityToken };
  const [username, password] = [field('username'), field('password')];
  if (username && password) return { username, password };
  const auth = field('auth');
  if (!auth) return undefined;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1)
    throw new InvalidDockerConfig(
      `the auth of ${JSON.stringify(key.slice(0, 100))} is no 'user:password' in base64`,
    );
  // Docker has written zero bytes behind the password.
  return { username: decoded.slice(0, colon), password: withoutEnd(decoded.slice(colon + 1), '\0') };
}

/** `https://index.docker.io/v1/`, `ghcr.io` and `ghcr.io/org`; the path of Docker's own API is none. */
function placeOf(key: string): { host: string; path: string } {
  const bare = key.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? '' : withoutEnd(bare.slice(slash + 1), '/');
  return {
    host: host === 'docker.io' ? 'index.docker.io' : host,
    path: path === 'v1' || path === 'v2' ? '' : path,
  };
}

function withoutEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}

/** Each label by itself, with the same number of them, and the port: `*.example.com` is not `example.com`. */
function isHost(pattern: string, host: string): boolean {
  if (pattern === host.toLowerCase()) return true;
  if (!pattern.includes('*')) return false;
  const [labels, wanted] = [pattern.split('.'), host.toLowerCase().split('.')];
  return labels.length === wanted.length && labels.every((label, i) => isLabel(label, wanted[i] ?? ''));
}

function isLabel(pattern: string, label: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return pattern === label;
  const end = parts.pop() ?? '';
  if (!label.startsWith(start) || !label.endsWith(end) || label.length < start.length + end.length)
    return false;
  let at = start.length;
  for (const part of parts) {
    const found = label.indexOf(part, at);
    if (found < 0 || found + part.length > label.length - end.length) return false;
    at = found + part.length;
  }
  return true;
}
