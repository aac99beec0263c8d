import { createHmac } from 'node:crypto';
import { token } from '../fleet.ts';

/** A request to the path of a Receiver. */
export interface Sent {
  method?: string;
  /** Instead of the Receiver's path, or behind it. */
  path?: (hook: string) => string;
  headers?: Record<string, string> | [string, string][];
  body?: string | Buffer;
}

/** By Receiver and what is special about the request; names are keys of the recorded answers. */
export type Cases = Record<string, Record<string, Sent>>;

export const json = { 'Content-Type': 'application/json' };
export const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
export const text = (value: unknown) => JSON.stringify(value);

/** Text in a header. */
export const bytes = (value: string) => Buffer.from(value).toString('latin1');

export const hex = (algorithm: string, body: string | Buffer, key: string = token) =>
  createHmac(algorithm, Buffer.from(key)).update(body).digest('hex');
export const signature = (algorithm: string, body: string | Buffer, key?: string) =>
  `${algorithm}=${hex(algorithm, body, key)}`;

export const push = text({ ref: 'refs/heads/main', repository: { full_name: 'org/app' }, commits: [] });
export const pushForm = `payload=${encodeURIComponent(push)}`;

export const limit = 3 * 1024 * 1024;
export const blanks = (size: number) => Buffer.alloc(size, ' ');

export const without = (sent: Sent, ...names: string[]): Sent => ({
  ...sent,
  headers: Object.fromEntries(Object.entries(sent.headers ?? {}).filter(([name]) => !names.includes(name))),
});
