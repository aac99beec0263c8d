import { HostError } from './errors.ts';

/**
 * What a user names a host by, as the URL of its root, without a slash at the end. A token goes there: HTTP is for this
 * machine only. Throws HostError.
 */
export function hostUrl(hostname: string): URL {
  const text = /^https?:\/\//i.test(hostname) ? hostname : `https://${hostname}`;
  const refuse = (why: string) => new HostError(`the hostname ${JSON.stringify(hostname)} ${why}`, []);
  if (hostname === '' || !URL.canParse(text)) throw refuse('is no name of a host');
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash) throw refuse('may not hold more than a place');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw refuse('would be told the token over plain HTTP, which only this machine is: use https');
  url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '');
  return url;
}

const isLoopback = (name: string) =>
  name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);

/** Without a slash at the end. */
export function rootOf(url: URL): string {
  return url.href.replace(/\/$/, '');
}
