import { readFileSync } from 'node:fs';
import type { Destination } from '../destination.ts';
import { type Event, parseEvent } from '../event/event.ts';
import { destination } from './destination.ts';

/** What notification-controller v1.9.3 sends, and what it was answered: see golden/README.md. */
export interface Case {
  name: string;
  destination: Partial<Omit<Destination, 'secret'>> & { type: string; secret?: Record<string, string> };
  /** What the environment of the controller said. */
  env?: Record<string, string>;
  answers?: Answer[];
  sent: Record<string, { requests: Sent[]; failed?: boolean }>;
  invalid?: boolean;
}

export interface Answer {
  method: string;
  path: string;
  times?: number;
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Sent {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  base64?: string;
}

export const goldenFolder = new URL('../golden/', import.meta.url);

function read(name: string): unknown {
  const text = readFileSync(new URL(name, goldenFolder), 'utf8');
  return JSON.parse(text.replaceAll('{38000 times x}', 'x'.repeat(38_000)));
}

export function casesOf(group: string): Case[] {
  return (read(group) as { cases: Case[] }).cases;
}

/** Cases by the events that were sent in them. */
export function sentIn(cases: Case[]) {
  return cases.flatMap(it =>
    Object.entries(it.sent).map(([event, was]) => [it.name, event, it, was] as const),
  );
}

export function invalidIn(cases: Case[]) {
  return cases.filter(it => it.invalid).map(it => [it.name, it] as const);
}

const events = new Map(Object.entries(read('events.json') as Record<string, unknown>));

export function eventNamed(name: string): Event {
  return parseEvent(JSON.stringify(events.get(name)));
}

export function destinationOf({ type, secret = {}, ...told }: Case['destination']): Destination {
  const held = Object.entries(secret).map(([name, text]) => [name, Buffer.from(text)]);
  return destination(type, { ...told, secret: Object.fromEntries(held) });
}
