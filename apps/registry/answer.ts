import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Digest } from './digest.ts';
import type { Problem } from './problem.ts';

/** A request, and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

export function isHead({ request }: Exchange): boolean {
  return request.method === 'HEAD';
}

export function empty(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-length': '0', ...headers }).end();
}

export function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(value);
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...headers,
    })
    .end(text);
}

/** Of content that never changes: who has it already is told so, without it. Returns whether that was so. */
export function answeredUnchanged({ request, response }: Exchange, digest: string): boolean {
  if (request.headers['if-none-match'] !== etagOf(digest)) return false;
  response.writeHead(304, { etag: etagOf(digest), 'docker-content-digest': digest }).end();
  return true;
}

export function contentHeaders(digest: string, mediaType: string, size: number): Record<string, string> {
  return {
    'content-type': mediaType,
    'content-length': String(size),
    'docker-content-digest': digest,
    etag: etagOf(digest),
    // Bytes of strangers: no browser is to guess what they are.
    'x-content-type-options': 'nosniff',
  };
}

function etagOf(digest: string): string {
  return `"${digest}"`;
}

export function created(response: ServerResponse, place: string, digest: Digest): void {
  empty(response, 201, { location: place, 'docker-content-digest': digest.text });
}

/** Largest bodies that are let run out, so that the connection can go on: others end with it. */
const smallRest = 64 * 1024;

export function refuse(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  problem: Problem,
): void {
  const { status, code, message, headers } = problem;
  const text = JSON.stringify({ errors: [{ code, message }] });
  const told = Number(
    request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? smallRest + 1 : 0),
  );
  const ends = !request.complete && told > smallRest;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(ends ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
