import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';

/** Keys of hosts, as a file of the name `known_hosts` lists them. https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT */
export interface KnownHosts {
  /** Of the keys that are known for the host: `ssh-ed25519`. Empty where it is unknown. */
  keyTypes(host: string, port: number): string[];
  /** Why the key is not that of the host, in the words of Go's x/crypto; undefined where it is. */
  objection(host: string, port: number, key: Uint8Array): string | undefined;
}

/** A line that is no entry of such a file. Holds nothing of it but its number. */
export class InvalidKnownHosts extends Error {
  override readonly name = 'InvalidKnownHosts';
}

interface Entry {
  matches(host: string, port: number): boolean;
  /** As the SSH protocol writes it. */
  key: Buffer;
  type: string;
}

/**
 * Comments and empty lines count for nothing. Lines of `@cert-authority` speak of certificates of hosts, which are not
 * asked for, and say nothing of a key. Throws InvalidKnownHosts.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const entries: Entry[] = [];
  const revoked: Buffer[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.trim().split(/[\t ]+/);
    if (words[0] === '' || words[0]?.startsWith('#')) continue;
    const marker = words[0] === '@revoked' || words[0] === '@cert-authority' ? words.shift() : undefined;
    const entry = parseEntry(words, i + 1);
    if (marker === '@revoked') revoked.push(entry.key);
    else if (marker === undefined) entries.push(entry);
  }
  const known = (host: string, port: number) => entries.filter(entry => entry.matches(host, port));
  return {
    keyTypes: (host, port) => [...new Set(known(host, port).map(({ type }) => type))],
    objection(host, port, key) {
      if (revoked.some(bad => bad.equals(key))) return 'knownhosts: key is revoked';
      const all = known(host, port);
      if (all.length === 0) return 'knownhosts: key is unknown';
      const type = keyType(Buffer.from(key));
      // Of several keys of one type the first counts, as upstream has it.
      return all.find(entry => entry.type === type)?.key.equals(key) ? undefined : 'knownhosts: key mismatch';
    },
  };
}

function parseEntry([hosts, type, blob]: string[], line: number): Entry {
  const problem = !hosts
    ? 'missing host pattern'
    : !type
      ? 'missing key type pattern'
      : !blob || !/^[A-Za-z0-9+/]+=*$/.test(blob)
        ? 'missing key'
        : undefined;
  if (problem) throw new InvalidKnownHosts(`knownhosts: line ${line}: ${problem}`);
  const key = Buffer.from(blob!, 'base64');
  const named = keyType(key);
  if (named === undefined) throw new InvalidKnownHosts(`knownhosts: line ${line}: the key is none`);
  const matches = hosts!.startsWith('|') ? hashedHost(hosts!, line) : hostPatterns(hosts!, line);
  return { matches, key, type: named };
}

/** The name that a key begins with: a length of four bytes, then as many letters. RFC 4253, 6.6 */
function keyType(key: Buffer): string | undefined {
  if (key.length < 4 || key.readUInt32BE(0) > Math.min(64, key.length - 4)) return undefined;
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

/** `|1|salt|hash`, the hash of one name. */
function hashedHost(text: string, line: number): Entry['matches'] {
  const [, kind, salt = '', hash = '', ...more] = text.split('|');
  if (kind !== '1' || salt === '' || hash === '' || more.length > 0)
    throw new InvalidKnownHosts(`knownhosts: line ${line}: a hashed host is |1|salt|hash`);
  const expected = Buffer.from(hash, 'base64');
  return (host, port) => {
    const hashed = createHmac('sha1', Buffer.from(salt, 'base64')).update(nameOf(host, port)).digest();
    return hashed.equals(expected);
  };
}

/** As the file names a host: with its port where that is not 22. */
export function nameOf(host: string, port: number): string {
  const bare = isIP(host) === 6 ? `[${host}]` : host;
  return port === 22 ? host : bare.startsWith('[') ? `${bare}:${port}` : `[${bare}]:${port}`;
}

/** Names with `*` and `?`, separated by commas; one behind `!` takes all back. */
function hostPatterns(text: string, line: number): Entry['matches'] {
  const patterns = text
    .split(',')
    .filter(pattern => pattern !== '')
    .map(pattern => {
      const negated = pattern.startsWith('!');
      const name = negated ? pattern.slice(1) : pattern;
      if (name === '')
        throw new InvalidKnownHosts(`knownhosts: line ${line}: negation without following hostname`);
      return { negated, ...placeOf(name, line) };
    });
  return (host, port) => {
    const found = patterns.filter(pattern => pattern.port === port && matchesWildcard(pattern.host, host));
    return found.length > 0 && !found.some(({ negated }) => negated);
  };
}

/** `[host]:port`, `host:port` or a host, which is one of port 22. */
function placeOf(name: string, line: number): { host: string; port: number } {
  if (name.startsWith('[')) {
    const parts = /^\[([^\]]*)\]:(\d{1,5})$/.exec(name);
    if (!parts)
      throw new InvalidKnownHosts(`knownhosts: line ${line}: a host in brackets has a port: [host]:22`);
    return { host: parts[1]!, port: Number(parts[2]) };
  }
  const parts = /^([^:]*):(\d{1,5})$/.exec(name);
  return parts ? { host: parts[1]!, port: Number(parts[2]) } : { host: name, port: 22 };
}

/** Goes back to the last `*` only: at most the product of both lengths. */
function matchesWildcard(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
