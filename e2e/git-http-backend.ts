import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** git's own server, as a web server runs it (git-http-backend(1)): the repository lies at a path below the root. */
export function gitHttpBackend(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  const { method = 'GET', url = '/', headers } = request;
  const text = (name: string) => String(headers[name] ?? '');
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: text('git-protocol'),
      REQUEST_METHOD: method,
      PATH_INFO: path,
      QUERY_STRING: url.split('?')[1] ?? '',
      CONTENT_TYPE: text('content-type'),
      HTTP_CONTENT_ENCODING: text('content-encoding'),
      // Without a name nobody pushes.
      REMOTE_USER: 'somebody',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => {});
  let head = Buffer.alloc(0);
  backend.stdout.on('data', (part: Buffer) => {
    if (response.headersSent) return response.write(part);
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const lines = head.subarray(0, end).toString().split('\r\n');
    const fields = lines.map(line => line.split(/:\s*/, 2) as [string, string]);
    const status = fields.find(([name]) => name === 'Status')?.[1];
    const own = fields.filter(([name]) => name !== 'Status');
    response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(own));
    return response.write(head.subarray(end + 4));
  });
  backend.on('close', () => response.end());
}
