import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Destination } from '../destination.ts';
import { DeliveryError } from '../errors.ts';
import type { Means } from '../provider-type.ts';
import { type Message, taken } from '../sender.ts';

/** Asks for JSON, or tells something that is answered with it. Throws DeliveryError. */
export type Ask = (message: Omit<Message, 'answered'>, signal: AbortSignal) => Promise<Json>;

export function asking(destination: Destination, { send }: Means): Ask {
  return async (message, signal) => {
    const answer = await send({ ...message, answered: true }, signal);
    const { body } = taken(destination, message.url, answer);
    try {
      return JSON.parse(body.toString()) as Json;
    } catch {
      throw new DeliveryError(`${message.url.host} does not answer in JSON, or with too much of it`);
    }
  };
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
