import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** What a proxy of SOCKS 5 was asked for: `me p@ss 127.0.0.1:443`, without a login where it wants none. */
export interface SocksServer {
  port: number;
  stop(): void;
}

/** @param login who comes in; anybody who has one where it is left out, and with '' nobody is asked */
export async function startSocks(asked: string[], login?: string): Promise<SocksServer> {
  const server = createServer(async socket => {
    socket.on('error', () => {});
    const read = async () => (await once(socket, 'data'))[0] as Buffer;
    await read();
    let who = '';
    if (login === '') socket.write(Buffer.from([5, 0]));
    else {
      socket.write(Buffer.from([5, 2]));
      const told = await read();
      const [name, password] = [told.subarray(2, 2 + told[1]!), told.subarray(3 + told[1]!)];
      who = `${name} ${password} `;
      const isKnown = login === undefined || who === `${login} `;
      socket.write(Buffer.from([1, isKnown ? 0 : 1]));
      if (!isKnown) return socket.end();
    }
    const wanted = await read();
    const [host, port] = targetOf(wanted);
    asked.push(`${who}${host}:${port}`);
    const onward = connect(port, host === 'fleet.example' ? '127.0.0.1' : host, () => {
      socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      socket.pipe(onward).pipe(socket);
    });
    return onward.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}

/** An address of IPv4, or a name. */
function targetOf(wanted: Buffer): [host: string, port: number] {
  if (wanted[3] === 1) return [wanted.subarray(4, 8).join('.'), wanted.readUInt16BE(8)];
  const end = 5 + wanted[4]!;
  return [wanted.subarray(5, end).toString(), wanted.readUInt16BE(end)];
}
