import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Networks of proxies whose word on who asks is taken: `10.0.0.0/8`, `192.0.2.1`. Throws TypeError for what is none. */
export function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', length, ...more] = text.split('/');
    const family = isIP(address);
    const bits =
      length === undefined ? (family === 6 ? 128 : 32) : /^\d{1,3}$/.test(length) ? Number(length) : 999;
    if (family === 0 || more.length > 0 || bits > (family === 6 ? 128 : 32))
      throw new TypeError(`"${text}" is no network: 10.0.0.0/8 is expected`);
    list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

interface Asking {
  socket: { remoteAddress?: string | undefined };
  headers: IncomingHttpHeaders;
}

/**
 * The address of whoever asks: of the connection, unless that is one of our proxies. Each proxy adds behind
 * X-Forwarded-For from whom it has a request; what stands before the last that is none of ours, anybody may have written.
 */
export function clientAddress({ socket, headers }: Asking, proxies: BlockList): string {
  let address = plain(socket.remoteAddress ?? '');
  const told = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse();
  for (const next of told) {
    if (!isOneOf(proxies, address)) return address;
    const candidate = plain(next.trim());
    if (isIP(candidate) === 0) return address;
    address = candidate;
  }
  return address;
}

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, '');

function isOneOf(proxies: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
