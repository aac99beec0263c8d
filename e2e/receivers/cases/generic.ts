import { blanks, hex, json, limit, push, type Sent, signature } from './sent.ts';

export const generic: Record<string, Sent> = {
  'a POST without a body': {},
  'a GET': { method: 'GET' },
  'a PUT': { method: 'PUT', body: 'x' },
  'a DELETE': { method: 'DELETE' },
  'a PATCH': { method: 'PATCH', body: 'x' },
  'an OPTIONS': { method: 'OPTIONS' },
  'a HEAD': { method: 'HEAD' },
  'a method of WebDAV': { method: 'PROPFIND' },
  'a body that is none of anything': { headers: json, body: '{{{' },
  'a body of the largest size': { body: blanks(limit) },
  'a body of a byte more': { body: blanks(limit + 1) },
  'a body twice as large': { body: blanks(2 * limit) },
  'a query': { path: hook => `${hook}?x=1` },
  'an empty query': { path: hook => `${hook}?` },
  'a slash behind': { path: hook => `${hook}/` },
  'the path in upper case': { path: hook => `/hook/${hook.slice(6).toUpperCase()}` },
  'the path escaped': { path: hook => hook.replace('/hook/', '/hook/%') },
  'a letter of the path escaped': {
    path: hook => `/hook/%${hook.charCodeAt(6).toString(16)}${hook.slice(7)}`,
  },
  'a part of the path': { path: hook => hook.slice(0, -1) },
  'two slashes before the digits': { path: hook => hook.replace('/hook/', '/hook//') },
  'two slashes in front': { path: hook => `/${hook}` },
  'a dot in the path': { path: hook => hook.replace('/hook/', '/hook/./') },
  'two dots in the path': { path: hook => hook.replace('/hook/', '/hook/x/../') },
  'the path of nobody': { path: () => `/hook/${'0'.repeat(64)}` },
  'the path of nobody with a body too large': { path: () => '/hook/x', body: blanks(limit + 1) },
  'the bare path': { path: () => '/hook/' },
  'the bare path without a slash': { path: () => '/hook' },
  'the bare path without a slash, by GET': { method: 'GET', path: () => '/hook' },
  'the bare path without a slash, by HEAD': { method: 'HEAD', path: () => '/hook' },
  'another path': { path: () => '/' },
  'another path by GET': { method: 'GET', path: () => '/metrics' },
  'another path by HEAD': { method: 'HEAD', path: () => '/metrics' },
  'another path with a body too large': { path: () => '/x', body: blanks(limit + 1) },
  'two slashes at another path': { path: () => '/x//y' },
};

export const hmac: Record<string, Sent> = {
  ...Object.fromEntries(
    ['sha1', 'sha256', 'sha512'].map(algorithm => [
      `a signature by ${algorithm}`,
      { headers: { 'X-Signature': signature(algorithm, push) }, body: push },
    ]),
  ),
  'a signature in upper case': {
    headers: { 'X-Signature': `sha256=${hex('sha256', push).toUpperCase()}` },
    body: push,
  },
  'a signature of an empty body': { headers: { 'X-Signature': signature('sha256', '') } },
  'no signature': { body: push },
  'an empty signature': { headers: { 'X-Signature': '' }, body: push },
  'a signature of another body': { headers: { 'X-Signature': signature('sha256', '{}') }, body: push },
  'a signature by another key': { headers: { 'X-Signature': signature('sha256', push, 'x') }, body: push },
  'a signature by an empty key': { headers: { 'X-Signature': signature('sha256', push, '') }, body: push },
  'a signature by md5': { headers: { 'X-Signature': signature('md5', push) }, body: push },
  'a signature by sha384': { headers: { 'X-Signature': signature('sha384', push) }, body: push },
  'the prefix of another algorithm': {
    headers: { 'X-Signature': `sha1=${hex('sha256', push)}` },
    body: push,
  },
  'a prefix in upper case': { headers: { 'X-Signature': `SHA256=${hex('sha256', push)}` }, body: push },
  'no prefix': { headers: { 'X-Signature': hex('sha256', push) }, body: push },
  'half of a signature': {
    headers: { 'X-Signature': `sha256=${hex('sha256', push).slice(0, 32)}` },
    body: push,
  },
  'a signature in a header of GitHub': {
    headers: { 'X-Hub-Signature-256': signature('sha256', push) },
    body: push,
  },
  'a signature behind another': {
    headers: [
      ['X-Signature', 'sha256=00'],
      ['X-Signature', signature('sha256', push)],
    ],
    body: push,
  },
  'a signature before another': {
    headers: [
      ['X-Signature', signature('sha256', push)],
      ['X-Signature', 'sha256=00'],
    ],
    body: push,
  },
  'a body of the largest size': {
    headers: { 'X-Signature': signature('sha256', blanks(limit)) },
    body: blanks(limit),
  },
};
