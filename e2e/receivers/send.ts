import { request } from 'node:http';
import type { Sent } from './cases/index.ts';

/** What a server answered. */
export interface Answer {
  status: number;
  body: string;
  /** Where it says that there is something else. */
  location?: string;
}

/** Send a request as it is, without what a client of more manners would put right. Headers are bytes (latin1). */
export function send(
  port: number,
  hook: string,
  { method = 'POST', path, headers = {}, body }: Sent,
): Promise<Answer> {
  const list = Array.isArray(headers) ? headers : Object.entries(headers);
  const raw = list.flat();
  const data = Buffer.from(body ?? '');
  return new Promise((resolve, reject) => {
    const sending = request({
      port,
      host: '127.0.0.1',
      method,
      path: path ? path(hook) : hook,
      headers: [
        ...raw,
        'Host',
        `127.0.0.1:${port}`,
        ...(body === undefined ? [] : ['Content-Length', String(data.length)]),
      ],
      agent: false,
    });
    let answered = false;
    sending.on('error', error => {
      if (!answered) reject(error);
    });
    sending.on('response', response => {
      answered = true;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { location } = response.headers;
        resolve({ status: response.statusCode ?? 0, body: text, ...(location ? { location } : {}) });
      });
    });
    sending.end(data);
  });
}
