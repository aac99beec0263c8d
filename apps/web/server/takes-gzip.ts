import type { IncomingMessage } from 'node:http';

/** Whether whoever asks takes what is compressed (RFC 9110, 12.5.3). */
export function takesGzip({ headers }: IncomingMessage): boolean {
  const accepted = String(headers['accept-encoding'] ?? '').split(',');
  return accepted.some(one => {
    const [name = '', ...parameters] = one.split(';').map(part => part.trim());
    return name === 'gzip' && !parameters.some(part => /^q=0(?:\.0*)?$/.test(part));
  });
}
