import { createServer } from 'node:net';

/** The port, where nobody has it on this machine; else 0, for any. */
export function freePort(port: number): Promise<number> {
  if (port === 0) return Promise.resolve(0);
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}
