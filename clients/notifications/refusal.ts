import { STATUS_CODES } from 'node:http';
import { printableLine, withoutSecrets } from '@millrace/plain-text';
import type { Destination } from './destination.ts';
import { DeliveryError } from './errors.ts';
import type { HttpAnswer } from './transport.ts';
import { unescaped } from './url.ts';

/** An answer that says that it was taken. Throws DeliveryError for another. */
export function taken(destination: Destination, url: URL, answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refused(destination, url, answer);
}

/** What is said of an answer that says no. */
export function refused(
  destination: Destination,
  url: URL,
  { status, headers, body }: HttpAnswer,
): DeliveryError {
  const words = STATUS_CODES[status] ? `${status} ${STATUS_CODES[status]}` : String(status);
  const redirect = status >= 300 && status < 400 && headers.location !== undefined;
  const why = redirect
    ? 'a redirect that is not followed, for the event would go to another server'
    : saidBy(destination, body, partsOf(url));
  return new DeliveryError(`${url.host} answers ${words}${why && `: ${why}`}`);
}

/** Servers like to repeat what they were asked for; of a webhook that is the key to it. */
function partsOf({ pathname, search }: URL): string[] {
  return [pathname + search, pathname, unescaped(pathname), search];
}

/** What a server said, for people: one line, and nothing of what the destination keeps secret. */
export function saidBy(destination: Destination, body: Buffer | string, secrets: string[] = []): string {
  const text = body.toString().slice(0, 4096);
  return printableLine(withoutSecrets(text, [...secrets, ...secretsOf(destination)]).trim(), 256);
}

function secretsOf({ token, password, address, headers, secret }: Destination): string[] {
  const held = Object.values(secret).map(value => Buffer.from(value).toString());
  return [token, password, address, ...Object.values(headers), ...held];
}
