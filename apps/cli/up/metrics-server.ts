import { createServer, type Server } from 'node:http';
import type { Metrics } from '@millrace/controller';
import { CliError } from '../cli-error.ts';

/** `host:port`; no host means every address of the machine. Throws CliError. */
export function addressOf(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (port === undefined) throw new CliError(`"${text}" is no address of the form host:port`);
  return { host: host || '0.0.0.0', port: Number(port) };
}

/** Serve the metrics at `/metrics`, in the text format of Prometheus. */
export function serveMetrics(address: { host: string; port: number }, { registry }: Metrics): Server {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  });
  return server.listen(address.port, address.host);
}
