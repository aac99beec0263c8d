import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DeliveryError, InvalidDestination } from './errors.ts';
import { notifierFor } from './notifier.ts';
import { destination } from './testing/destination.ts';
import { type Answers, answering } from './testing/exchange.ts';
import { eventNamed } from './testing/recorded.ts';
import { network, type Transport } from './transport.ts';

const address = 'https://user:pass-word@hooks.example.com/secret-path?key=secret-query';
const soon = () => AbortSignal.timeout(10_000);
const post = (via: Transport, own: Parameters<typeof destination>[1] = {}) =>
  notifierFor(destination('generic', { address, ...own }), via).post(eventNamed('info'), soon());

describe('what is not taken is sent again', () => {
  test.each<[string, Answers, number[]]>([
    ['after 2, 4, 8 and 16 seconds', Array(5).fill({ status: 500 }), [2000, 4000, 8000, 16_000]],
    ['when there were too many', [{ status: 429 }], [2000]],
    ['when the server says', [{ status: 429, headers: { 'retry-after': '7' } }], [7000]],
    ['when an overloaded server says', [{ status: 503, headers: { 'retry-after': '0' } }], [0]],
    ['as usual where another says so', [{ status: 500, headers: { 'retry-after': '7' } }], [2000]],
    ['as usual where nobody can read when', [{ status: 429, headers: { 'retry-after': 'soon' } }], [2000]],
    ['not before a day is over', [{ status: 429, headers: { 'retry-after': '9'.repeat(30) } }], [86_400_000]],
    ['never where the server cannot', [{ status: 501 }], []],
    ['never where it was wrong', [{ status: 404 }], []],
  ])('%s', async (_when, answers, waits) => {
    const it = answering(...answers);
    await post(it.transport).catch(() => {});
    expect(it.waits).toEqual(waits);
  });

  test('at a date that the server says, and at once where it is over', async () => {
    const at = (milliseconds: number) => ({
      status: 503,
      headers: { 'retry-after': new Date(Date.now() + milliseconds).toUTCString() },
    });
    const it = answering(at(600_000), at(-600_000));
    await post(it.transport);
    expect(it.waits[0]).toBeGreaterThan(590_000);
    expect(it.waits[0]).toBeLessThanOrEqual(600_000);
    expect(it.waits[1]).toBe(0);
  });

  test('when nothing came of the connection', async () => {
    const it = answering();
    let tries = 0;
    const send: Transport['send'] = async (...request) => {
      if (++tries < 3) throw new DeliveryError('hooks.example.com cannot be reached: read ECONNRESET');
      return it.transport.send(...request);
    };
    await post({ ...it.transport, send });
    expect(it.waits).toEqual([2000, 4000]);
  });

  test('not when a certificate is not trusted', async () => {
    const cause = Object.assign(new Error('self-signed certificate'), {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const it = answering();
    const send = async () => {
      throw new DeliveryError('hooks.example.com cannot be reached: self-signed certificate', { cause });
    };
    await expect(post({ ...it.transport, send })).rejects.toThrow('self-signed');
    expect(it.waits).toEqual([]);
  });
});

describe('what would be there twice is sent again', () => {
  const dispatch = (via: Transport) =>
    notifierFor(destination('githubdispatch', { address: 'https://github.com/o/r', token: 't' }), via).post(
      eventNamed('info'),
      soon(),
    );

  test.each([
    [429, 1],
    [503, 1],
    [500, 0],
    [502, 0],
  ])('after %d: %d times', async (status, times) => {
    const it = answering({ status });
    await dispatch(it.transport).catch(() => {});
    expect(it.waits).toHaveLength(times);
  });

  test.each([
    ['ECONNREFUSED', 1],
    ['ENOTFOUND', 1],
    ['ECONNRESET', 0],
    ['UND_ERR_SOCKET', 0],
  ])('after %s: %d times', async (code, times) => {
    const it = answering();
    let failed = false;
    const send: Transport['send'] = (...request) => {
      if (failed) return it.transport.send(...request);
      failed = true;
      return Promise.reject(new DeliveryError('no', { cause: Object.assign(new Error('no'), { code }) }));
    };
    await dispatch({ ...it.transport, send }).catch(() => {});
    expect(it.waits).toHaveLength(times);
  });
});

describe('when the time of the Provider is over', () => {
  const over = AbortSignal.timeout(0);
  beforeAll(async () => {
    while (!over.aborted) await immediate();
  });
  const late = (via: Transport) =>
    notifierFor(destination('generic', { address }), via).post(eventNamed('info'), over);

  test('the server that does not answer is named', async () => {
    const send = () => Promise.reject(over.reason);
    await expect(late({ ...answering().transport, send })).rejects.toThrow(
      new DeliveryError('hooks.example.com does not answer in time'),
    );
  });

  test('what it said last is told', async () => {
    const it = answering({ status: 503 }, { status: 500, body: 'broken' });
    const wait = async (milliseconds: number) => {
      if (milliseconds > 2000) throw over.reason;
    };
    await expect(late({ ...it.transport, wait })).rejects.toThrow(
      'hooks.example.com answers 500 Internal Server Error: broken (tried 2 times)',
    );
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 307) => answering({ status, headers: { location } });
  const credentials = { headers: { 'X-Api-Key': 'k', Authorization: 'Bearer a' } };

  test.each([
    ['to another host', 'https://other.example.com/'],
    ['to another port', 'https://hooks.example.com:8443/'],
    ['away from TLS', 'http://hooks.example.com/'],
    ['to a host below', 'https://a.hooks.example.com/'],
  ])('%s is followed without anything that lets somebody in', async (_where, location) => {
    const it = to(location, 302);
    await post(it.transport, credentials);
    expect(it.requests[1]).toMatchObject({ method: 'GET', url: new URL(location), headers: {} });
    expect(it.requests[1]!.body).toBeUndefined();
  });

  test('of the event itself to another host is not followed, for it may hold keys', async () => {
    const it = to('https://other.example.com/', 308);
    await expect(post(it.transport, credentials)).rejects.toThrow(
      'hooks.example.com answers 308 Permanent Redirect: a redirect that is not followed',
    );
    expect(it.requests).toHaveLength(1);
  });

  test('on the same server takes everything along', async () => {
    const it = to('/new');
    await post(it.transport, credentials);
    expect(it.requests[1]).toEqual({ ...it.requests[0], url: new URL('https://hooks.example.com/new') });
  });

  test('does not go on for ever', async () => {
    const it = answering();
    const send = async () => ({ status: 302, headers: { location: '/again' }, body: Buffer.alloc(0) });
    await expect(post({ ...it.transport, send })).rejects.toThrow('redirects more than 10 times');
  });

  test.each([['ftp://other.example.com/'], ['https://[/'], ['javascript:1']])(
    'to %s is none',
    async location => {
      await expect(post(to(location, 302).transport)).rejects.toThrow('answers 302 Found');
    },
  );
});

describe('what is said of a failure', () => {
  test('is the host, its status and its words on a line, without secrets', async () => {
    const own = {
      token: 'the-token-1',
      secret: { token: Buffer.from('the-token-1'), other: Buffer.from('hidden-42') },
    };
    const body = `no \u001b[31msuch\u001b[0m\nroom: the-token-1 hidden-42 ${address}`;
    await expect(post(answering({ status: 400, body }).transport, own)).rejects.toThrow(
      new DeliveryError('hooks.example.com answers 400 Bad Request: no such room: *** *** ***'),
    );
  });

  test.each([['POST /secret-path?key=secret-query'], ['no <b>/secret-path</b>'], ['not ?key=secret-query']])(
    'does not repeat what was asked for: %s',
    async body => {
      const error: unknown = await post(answering({ status: 404, body }).transport).catch(
        (thrown: unknown) => thrown,
      );
      expect(String(error)).toMatch(/answers 404 Not Found: .*\*\*\*/);
      expect(String(error)).not.toContain('secret');
    },
  );

  test('is short', async () => {
    const it = answering({ status: 400, body: 'x'.repeat(100_000) });
    const error: unknown = await post(it.transport).catch((thrown: unknown) => thrown);
    expect(String(error).length).toBeLessThan(400);
  });

  test.each([[''], ['not a url'], ['ftp://example.com/x'], ['/only/a/path'], ['https://']])(
    'of the address %j is what it has to be',
    bad => {
      expect(() => notifierFor(destination('slack', { address: bad }))).toThrow(
        new InvalidDestination('address has to be a URL of http or https'),
      );
    },
  );

  test('of a header that none can be is its name', () => {
    const make = (headers: Record<string, string>) => () =>
      notifierFor(destination('generic', { address, headers }));
    expect(make({ 'X-A': 'se\ncret' })).toThrow(
      'the header x-a of the Secret has characters that no header can have',
    );
    expect(make({ 'a b': 'secret' })).toThrow('is none that a header can have');
  });

  test('of a token with a line break is where it stands, and it is not tried again', async () => {
    const it = answering();
    const own = destination('webex', { address, token: 'the-token\n' });
    await expect(notifierFor(own, it.transport).post(eventNamed('info'), soon())).rejects.toThrow(
      new DeliveryError(
        'hooks.example.com is not asked: the header authorization would have characters that no header can have, such as a line break',
      ),
    );
    expect(it.requests).toEqual([]);
  });

  test.each([
    ['an authority', { ca: 'secret' }, 'ca.crt is no certificate in PEM'],
    ['a key', { cert: 'c', key: 'secret' }, 'tls.crt and tls.key are no certificate and its key in PEM'],
  ])('of %s that is none is which', (_what, tls, words) => {
    const make = (type: string) => () => notifierFor(destination(type, { address, tls }));
    expect(make('generic')).toThrow(new InvalidDestination(words));
    expect(make('discord')).not.toThrow();
  });

  test('of a type that nobody knows is the type', () => {
    expect(() => notifierFor(destination('pigeon'))).toThrow('provider pigeon not supported');
  });
});

describe('by the network', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const quick = { ...network(), wait: async () => {} };

  test('a server that takes the event need not end its answer', async () => {
    const own = await serve((_request, response) => {
      response.writeHead(200).write('well');
    });
    await post(quick, { address: own });
  });

  test('of a refusal without an end a part is read', async () => {
    const own = await serve((_request, response) => {
      response.writeHead(400);
      const pour = () => {
        while (!response.destroyed && response.write('n'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    await expect(post(quick, { address: own })).rejects.toThrow('answers 400 Bad Request: nnn');
  });

  test('a list without an end is not read to it', async () => {
    const repository = await serve((_request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write('[]'.repeat(500_000)));
      };
      response.on('drain', pour);
      pour();
    });
    const own = destination('gitlab', {
      address: `${repository}group/repository`,
      token: 't',
      commitStatus: 'c',
    });
    await expect(notifierFor(own, quick).post(eventNamed('info'), soon())).rejects.toThrow('too much of it');
  });

  test('a list of more values than anybody has is not read', async () => {
    const body = `[${'{},'.repeat(200_000)}{}]`;
    const own = destination('gitlab', { address: 'https://gitlab.com/g/r', token: 't', commitStatus: 'c' });
    const posted = notifierFor(own, answering({ body }).transport).post(eventNamed('info'), soon());
    await expect(posted).rejects.toThrow('too much of it');
  });

  test('a long text in a list is none of them', async () => {
    const body = JSON.stringify([{ body: '{[,"\\'.repeat(200_000) }]);
    const own = destination('gitlab', { address: 'https://gitlab.com/g/r', token: 't', commitStatus: 'c' });
    await notifierFor(own, answering({ body }).transport).post(eventNamed('info'), soon());
  });

  test('a server that never answers is left when the signal says so', async () => {
    const stop = new AbortController();
    const own = await serve(() => stop.abort(new Error('enough')));
    const posted = notifierFor(destination('generic', { address: own }), quick).post(
      eventNamed('info'),
      stop.signal,
    );
    await expect(posted).rejects.toThrow('enough');
  });

  test('a connection that is cut is said', async () => {
    const server = createTcpServer(socket => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(post(quick, { address: `http://127.0.0.1:${port}/secret` })).rejects.toThrow(
      /^127\.0\.0\.1:\d+ cannot be reached: [^/]*$/,
    );
    server.close();
  });

  test('the wait for the next try ends when the signal says so', async () => {
    const stop = new AbortController();
    const waited = network().wait(3_600_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waited).rejects.toThrow('enough');
  });
});
