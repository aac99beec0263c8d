import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * Hands on to another server what it lets pass.
 * @param authorization in place of that of whoever asks
 */
export function handOn(to: string, mayPass: (request: IncomingMessage) => number, authorization?: string) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const status = mayPass(request);
    if (status !== 200) return response.writeHead(status).end();
    const path = request.url?.replace(/^http:\/\/[^/]*/, '');
    const onward = httpRequest(
      `${to}${path}`,
      {
        method: request.method,
        headers: { ...request.headers, ...(authorization && { authorization }), host: new URL(to).host },
      },
      answer => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    return request.pipe(onward);
  };
}
