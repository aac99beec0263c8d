import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { connectTo } from './transport.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connect = (server: string, told: string[] = []) =>
  connectTo(
    {
      server,
      namespace: '',
      contextName: '',
      insecureSkipVerify: false,
      credentials: { headers: async () => ({}) },
    },
    { onAnswer: (_, code) => told.push(`answer ${code}`), onSilence: () => told.push('silence') },
  );
const get = (path: string, signal?: AbortSignal) => ({ method: 'GET', path, signal }) as const;

describe('an answer that is read whole', () => {
  test('comes in many parts, cut within a character', async () => {
    const text = JSON.stringify({ name: 'Mühlgraben 🚰'.repeat(5000) });
    const bytes = Buffer.from(text);
    const server = await serve((_, response) => {
      for (let at = 0; at < bytes.length; at += 7001) response.write(bytes.subarray(at, at + 7001));
      response.end();
    });
    const transport = connect(server);
    expect((await transport.send(get('/'))).text).toBe(text);
    await transport.close();
  });

  test('breaks off, never comes, or nobody is there to give it', async () => {
    const told: string[] = [];
    const server = await serve((request, response) => {
      if (request.url === '/never') return;
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setTimeout(() => response.destroy(), 50);
    });
    const transport = connect(server, told);
    await expect(transport.send(get('/half'))).rejects.toThrow(`${server} broke the connection`);
    const gone = new AbortController();
    const never = transport.send(get('/never', gone.signal));
    setTimeout(() => gone.abort(new Error('enough')), 50);
    await expect(never).rejects.toThrow('enough');
    await expect(transport.send(get('/', AbortSignal.abort(new Error('before'))))).rejects.toThrow('before');
    await transport.close();
    const nobody = connect('http://127.0.0.1:1', told);
    await expect(nobody.send(get('/'))).rejects.toThrow('http://127.0.0.1:1 cannot be reached');
    await nobody.close();
    expect(told).toEqual(['answer 200', 'silence']);
  });

  test('is given up while it comes: what is left of it is not read', async () => {
    let isClosed: () => void = () => {};
    const closed = new Promise<void>(resolve => {
      isClosed = resolve;
    });
    const server = await serve((_, response) => {
      response.write('x'.repeat(1000));
      const more = setInterval(() => response.write('x'.repeat(1000)), 5);
      response.on('close', () => {
        clearInterval(more);
        isClosed();
      });
    });
    const transport = connect(server);
    const gone = new AbortController();
    const endless = transport.send(get('/', gone.signal));
    setTimeout(() => gone.abort(new Error('enough')), 100);
    await expect(endless).rejects.toThrow('enough');
    await closed;
    await transport.close();
  });
});
