import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Destination } from '../destination.ts';
import { DeliveryError } from '../errors.ts';
import type { Means } from '../provider-type.ts';
import { taken } from '../refusal.ts';
import type { Message } from '../sender.ts';
import type { HttpAnswer } from '../transport.ts';

/** Asks for JSON (by GET), or tells something, of which only matters whether it is taken. Throws DeliveryError. */
export type Ask = (message: Omit<Message, 'answered'>, signal: AbortSignal) => Promise<Json>;

export function asking(destination: Destination, { send }: Means): Ask {
  return async (message, signal) => {
    const answered = message.method === 'GET';
    const answer = taken(destination, message.url, await send({ ...message, answered }, signal));
    return answered ? jsonIn(answer, message.url) : null;
  };
}

/** A hundred comments are some thousand values, in much text. Millions of small ones would be more than they look like. */
const mostValues = 200_000;

/** Throws DeliveryError. */
export function jsonIn({ body }: HttpAnswer, { host }: URL): Json {
  try {
    if (valuesIn(body) <= mostValues) return JSON.parse(body.toString()) as Json;
  } catch {} // cut, or something else
  throw new DeliveryError(`${host} does not answer in JSON, or with too much of it`);
}

/** At least as many as a text in JSON has: what opens a value, or divides it from the next, outside of strings. */
function valuesIn(body: Buffer): number {
  let count = 0;
  let quoted = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === 0x22) quoted = !quoted;
    else if (quoted) i += byte === 0x5c ? 1 : 0;
    else if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++;
  }
  return count;
}

/** The objects of a list that a server answers with. */
export function objectsIn(answer: Json | undefined): JsonObject[] {
  return Array.isArray(answer) ? answer.filter(isObject) : [];
}

/** A text in an answer; nothing where there is none. */
export function textAt(answer: Json | undefined, ...names: string[]): string | undefined {
  const value = names.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), answer);
  return typeof value === 'string' ? value : undefined;
}
