import { InvalidDestination } from './errors.ts';

/** An address that requests can be sent to. Throws InvalidDestination, without what may be secret in it. */
export function requireUrl(address: string, what = 'address'): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InvalidDestination(`${what} has to be a URL of http or https`);
  return url;
}

/** Part of a URL without its escapes; as it is where they are no good. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
