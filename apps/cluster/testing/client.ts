import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Json } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { textAt, valueAt } from '../api/tree.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a test expects of an answer is the test itself
export type Body = any;

export interface Answer {
  readonly code: number;
  readonly body: Body;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** Plain HTTPS to a cluster that is known by its kubeconfig only, as tests see it. */
export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, type: string, body: unknown): Promise<Answer>;
  delete(path: string, body?: unknown): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  watch(path: string): { next(): Promise<Body>; close(): void };
  /** For requests that a test makes by itself. */
  raw(): { origin: string; agent: Agent };
  anonymous(): Client;
  close(): void;
}

/** A client by the text of a kubeconfig. */
export function connect(kubeconfig: string): Client {
  const [config] = parseAll(kubeconfig) as [Json];
  const first = (list: string) => (valueAt(config, list) as Json[])[0];
  const pem = (text: string) => Buffer.from(text, 'base64').toString();
  const cluster = valueAt(first('clusters'), 'cluster');
  const user = valueAt(first('users'), 'user');
  return client(textAt(cluster, 'server'), pem(textAt(cluster, 'certificate-authority-data')), {
    cert: pem(textAt(user, 'client-certificate-data')),
    key: pem(textAt(user, 'client-key-data')),
  });
}

function client(server: string, ca: string, pair: { cert?: string; key?: string }): Client {
  const agent = new Agent({ keepAlive: true, ca, ...pair });
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const type: Record<string, string> =
        text === undefined
          ? {}
          : // Node frames the body of a DELETE only when told its length.
            { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
      const sent = request(
        `${server}${path}`,
        { method, agent, headers: { ...type, ...headers } },
        async answer => {
          let received = '';
          try {
            for await (const chunk of answer.setEncoding('utf8')) received += chunk;
          } catch (error) {
            reject(error);
            return;
          }
          const json = String(answer.headers['content-type']).startsWith('application/json');
          resolve({
            code: answer.statusCode ?? 0,
            body: json && received && !answer.headers['content-encoding'] ? JSON.parse(received) : received,
            headers: answer.headers,
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  return {
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, body, headers),
    put: (path, body) => call('PUT', path, body),
    patch: (path, type, body) => call('PATCH', path, body, { 'content-type': type }),
    delete: (path, body) => call('DELETE', path, body),
    send: call,
    watch: path => watch(`${server}${path}`, agent),
    raw: () => ({ origin: server, agent }),
    anonymous: () => client(server, ca, {}),
    close: () => agent.destroy(),
  };
}

function watch(url: string, agent: Agent): ReturnType<Client['watch']> {
  const controller = new AbortController();
  const lines = new Promise<AsyncIterator<string>>((resolve, reject) => {
    const sent = request(url, { agent, signal: controller.signal }, answer => {
      // A watch that is closed by the test or with its cluster ends in an error that says nothing.
      answer.on('error', () => {});
      resolve(createInterface({ input: answer })[Symbol.asyncIterator]());
    });
    sent.on('error', reject);
    sent.end();
  });
  lines.catch(() => {});
  return {
    async next(): Promise<Body> {
      const { value, done } = await (await lines).next();
      if (done) throw new Error('the watch has ended');
      return JSON.parse(value);
    },
    close: () => controller.abort(),
  };
}
