import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a client asked a server, and what that answered. */
export interface Exchange {
  /** `GET /path?query`, and of what a protocol says beside it the action. */
  request: string;
  /** The body of the request. */
  asked?: string;
  status: number;
  headers: Record<string, string>;
  /** Text, or base64 where it is none. */
  body?: string;
  base64?: string;
}

export interface Recorder {
  url: string;
  port: number;
  exchanges: Exchange[];
  stop(): void;
}

export interface Replay {
  url: string;
  port: number;
  /** What was asked that nobody has recorded; it was answered with 501. */
  unknown: string[];
  stop(): void;
}

/** In front of a real server, at an origin of plain HTTP: hands on what it is asked, as it is, and remembers it. */
export async function recordExchanges(origin: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const asked = await buffer(request);
    const { method, url, headers } = request;
    const onward = httpRequest(`${origin}${url}`, { method, headers }, async answer => {
      const body = await buffer(answer);
      const { statusCode: status = 0 } = answer;
      exchanges.push({
        request: lineOf(request),
        ...(asked.length > 0 ? { asked: asked.toString() } : {}),
        status,
        headers: told(answer),
        ...(body.length > 0 ? written(body) : {}),
      });
      response.writeHead(status, answer.headers).end(body);
    });
    onward.end(asked);
  });
  return { ...(await listening(server)), exchanges };
}

/** Answers as it was recorded; who asks the same again and again gets the answers in turn, and the last one for ever. */
export async function replayExchanges(exchanges: Exchange[]): Promise<Replay> {
  const unknown: string[] = [];
  const left = [...exchanges];
  const server = createServer(async (request, response) => {
    const asked = (await buffer(request)).toString();
    const line = lineOf(request);
    const isIt = (one: Exchange) => one.request === line && (one.asked ?? '') === asked;
    const at = left.findIndex(isIt);
    const found = at < 0 ? exchanges.findLast(isIt) : left.splice(at, 1)[0];
    if (!found) {
      unknown.push(asked ? `${line} ${asked}` : line);
      return response.writeHead(501).end();
    }
    const { status, headers, body = '', base64 } = found;
    const content = base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64');
    return response.writeHead(status, headers).end(content);
  });
  return { ...(await listening(server)), unknown };
}

function lineOf({ method, url, headers }: IncomingMessage): string {
  const action = headers['x-amz-target'];
  return action ? `${method} ${url} ${action}` : `${method} ${url}`;
}

/** Of the connection, and of the moment: nobody reads it. */
const passing = ['connection', 'keep-alive', 'transfer-encoding', 'date', 'server'];

function told({ headers }: IncomingMessage): Record<string, string> {
  const lasting = Object.entries(headers).filter(([name]) => !passing.includes(name));
  return Object.fromEntries(lasting.map(([name, value]) => [name, String(value)]));
}

function written(body: Buffer): Pick<Exchange, 'body' | 'base64'> {
  const text = body.toString();
  return Buffer.from(text).equals(body) ? { body: text } : { base64: body.toString('base64') };
}

async function listening(server: Server): Promise<Pick<Replay, 'url' | 'port' | 'stop'>> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, port, stop };
}
