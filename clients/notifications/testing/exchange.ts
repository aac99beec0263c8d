import type { HttpAnswer, HttpRequest, Transport } from '../transport.ts';

/** What a server says to the requests that it gets, one after the other. */
export type Answers = (Partial<Omit<HttpAnswer, 'body'>> & { body?: string })[];

/** A transport with a server at its end that answers so, and then 200. */
export function answering(...answers: Answers) {
  const requests: HttpRequest[] = [];
  const waits: number[] = [];
  const transport: Transport = {
    async send(request) {
      requests.push(request);
      const { status = 200, headers = {}, body = '' } = answers.shift() ?? {};
      return { status, headers, body: Buffer.from(body) };
    },
    async publish() {},
    async transfer() {},
    async wait(milliseconds, signal) {
      signal.throwIfAborted();
      waits.push(milliseconds);
    },
  };
  return { transport, requests, waits };
}
