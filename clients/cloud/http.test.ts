import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { HttpError, http, pathOf } from './http.ts';
import { askJson } from './json-answer.ts';
import { standIn } from './testing/stand-in.ts';

describe('a request', () => {
  test('is not sent on to where an answer redirects it', async () => {
    const servers = await standIn();
    servers.on('GET one.example/', {
      status: 307,
      headers: { location: 'https://two.example/?token=t0ps3cret' },
    });
    const asked = askJson(servers.http, 'no answer', {
      method: 'GET',
      url: 'https://one.example/',
      headers: { authorization: 'Bearer t0ps3cret' },
    });
    await expect(asked).rejects.toThrow(
      'no answer: one.example answers 307 (a redirect to two.example, which is not followed)',
    );
    expect(servers.routes()).toEqual(['GET one.example/']);
  });

  test('is given up when the answer is larger than it may be', async () => {
    const servers = await standIn({ limit: 1000 });
    servers.on('GET one.example/', 'x'.repeat(1001));
    await expect(servers.http({ method: 'GET', url: 'https://one.example/' })).rejects.toThrow(
      'https://one.example answers with more than 1000 bytes',
    );
  });

  test('is given up when the answer does not come', async () => {
    const servers = await standIn({ timeout: 50 });
    servers.on('GET one.example/a', () => new Promise(() => {}));
    const asked = servers.http({ method: 'GET', url: 'https://one.example/a?token=t0ps3cret' });
    await expect(asked).rejects.toThrow(/^https:\/\/one.example did not answer in time$/);
  });

  test('is given up when the answer begins and does not end', async () => {
    const server = createServer((_, response) => void response.write('{'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const asked = http({ timeout: 50 })({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    await expect(asked).rejects.toThrow('did not answer in time');
    server.closeAllConnections();
    server.close();
  });

  test('says why its own signal ended it', async () => {
    const servers = await standIn();
    servers.on('GET one.example/', () => new Promise(() => {}));
    const stop = new AbortController();
    const asked = servers.http({ method: 'GET', url: 'https://one.example/', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  test.each(['file:///etc/passwd', 'ftp://one.example/', 'data:,x'])('to %s is refused', async url => {
    await expect(http()({ method: 'GET', url })).rejects.toThrow(HttpError);
  });
});

test.each([[['a', '..', 'b']], [['.']], [['a', '']]])('names %j do not make a path', names => {
  expect(() => pathOf(...names)).toThrow(HttpError);
});

test('a name stays one segment of a path, whatever it holds', () => {
  expect(pathOf('a/b', '?x#y', 'ü%')).toBe('/a%2Fb/%3Fx%23y/%C3%BC%25');
});

test.each([
  ['Azure', { error: { code: 'Forbidden', message: 'no access' } }, ' (Forbidden: no access)'],
  ['OAuth', { error: 'invalid_client', error_description: 'unknown' }, ' (invalid_client: unknown)'],
  ['a registry', { errors: [{ code: 'DENIED', message: 'no pull' }] }, ' (DENIED: no pull)'],
  ['Vault', { errors: ['permission denied'] }, ' (permission denied)'],
  ['nobody', { access_token: 't0ps3cret' }, ''],
])('an error as %s writes it is told, and no more of the answer', async (_, body, said) => {
  const servers = await standIn();
  servers.on('GET one.example/', { status: 403, body });
  const asked = askJson(servers.http, 'no answer', { method: 'GET', url: 'https://one.example/' });
  expect((await asked.catch(error => error)).message).toBe(`no answer: one.example answers 403${said}`);
});

test.each([250, 280, 299])(
  'a token that an error repeats is masked where the error is cut, after %i characters',
  async at => {
    const servers = await standIn();
    const token = 'secret-token-of-somebody-else';
    const message = `${'x'.repeat(at)}${token}`;
    servers.on('GET one.example/', { status: 403, body: { errors: [message] } });
    const asked = askJson(servers.http, 'no answer', { method: 'GET', url: 'https://one.example/' }, [token]);
    expect((await asked.catch(error => error)).message).not.toContain('secret');
  },
);
