import { FlagError } from './flags/index.ts';
import { type Address, addressOf } from './servers.ts';

/**
 * `--events-addr` means two things: where Flux's controllers send events to, a URL, and where notification-controller
 * takes them, an address. What is neither is refused by `eventsListener`.
 */
export function eventsTarget(text: string): URL | undefined {
  if (!isUrl(text)) return undefined;
  if (!URL.canParse(text)) throw new FlagError(`invalid argument "${text}" for "--events-addr" flag: no URL`);
  return new URL(text);
}

/** @param usual where events are taken when the flag does not say where */
export function eventsListener(text: string, usual: string): Address | undefined {
  return addressOf(text === '' || isUrl(text) ? usual : text, 'events-addr');
}

const isUrl = (text: string) => /^https?:\/\//.test(text);
