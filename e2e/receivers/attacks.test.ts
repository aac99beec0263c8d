import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Receiver } from '@millrace/api';
import { delay, type KubeObject, refOf } from '@millrace/kube';
import type { Served } from '@millrace/process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sent } from './cases/index.ts';
import { type Listening, startListening } from './listening.ts';
import { send } from './send.ts';

const namespace = 'attacked';
const token = 'correct-horse';
const json = { 'Content-Type': 'application/json' };
const sign = (body: string | Buffer) => `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;
const kinds = {
  receiver: { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', namespace },
  source: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace },
  secret: { apiVersion: 'v1', kind: 'Secret', namespace },
};

/** What a stranger may try. @see docs/limits.md */
describe.concurrent('a server of webhooks', () => {
  let listening: Listening;
  /** One that does not wait for long. */
  let hasty: Served;
  beforeAll(async () => {
    listening = await startListening();
    hasty = await listening.serve({ patience: { headers: 300, request: 300 } });
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await apply(secret('token', { token }));
    for (const name of ['a', 'b']) await apply(source(name));
  });
  afterAll(async () => {
    await hasty?.close();
    await listening?.stop();
  });

  const apply = (object: KubeObject) =>
    listening.client.apply(object, { as: 'own', fieldManager: 'test', force: true });
  const object = (kind: keyof typeof kinds, name: string, more: object): KubeObject => {
    const { apiVersion, kind: called } = kinds[kind];
    return { apiVersion, kind: called, metadata: { name, namespace }, ...more };
  };
  const secret = (name: string, stringData: Record<string, string>) => object('secret', name, { stringData });
  const source = (name: string) =>
    object('source', name, { spec: { interval: '1h', url: `https://git.example.com/${name}` } });

  /** The path of a Receiver, once it listens. */
  const listen = async (name: string, spec: object): Promise<string> => {
    const resources = [{ kind: 'GitRepository', name: 'a' }];
    await apply(object('receiver', name, { spec: { secretRef: { name: 'token' }, resources, ...spec } }));
    await until(() => status(name)?.webhookPath !== undefined);
    return status(name)?.webhookPath ?? '';
  };
  const status = (name: string): Receiver['status'] =>
    listening.receivers.get(`${namespace}/${name}`)?.status;
  /** Whoever waits too long is ended by the test's own time. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await delay(10);
  };
  const post = (path: string, sent: Sent = {}) => send(listening.port, path, sent);
  const requestedAt = async (name: string) => {
    const found = await listening.client.get(refOf(source(name)), { as: 'own' });
    return found.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  };
  const open = async (port = listening.port): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  /** What a server says to its end. */
  const heard = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', part => {
      text += part;
    });
    if (!socket.closed) await new Promise(resolve => socket.on('close', resolve));
    return text;
  };

  test('lets a caller go whose headers do not come, without a word', async () => {
    const socket = await open(hasty.port);
    socket.write('POST /hook/x HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await heard(socket)).toBe('');
  });

  test('lets a caller go whose body does not come', async () => {
    const path = await listen('slow', { type: 'generic', resources: [{ kind: 'GitRepository', name: 'b' }] });
    const socket = await open(hasty.port);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await requestedAt('b')).toBeUndefined();
  });

  test('answers while a hundred callers are slow', async () => {
    const path = await listen('beside', { type: 'generic' });
    const slow = await Promise.all(Array.from({ length: 100 }, () => open()));
    for (const socket of slow) socket.write('POST /hook/x HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect((await post(path)).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });

  test('refuses headers that are too large', async () => {
    const socket = await open();
    socket.write(`POST /hook/x HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(300_000)}\r\n\r\n`);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 431 .*431 Request Header Fields Too Large$/s);
  });

  test.each([
    ['no request at all', 'hello\r\n\r\n'],
    ['two lengths', 'POST /hook/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    [
      'a length beside chunks',
      'POST /hook/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('refuses %s', async (_, request) => {
    const socket = await open();
    socket.write(request);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 400 .*400 Bad Request$/s);
  });

  test('stops reading chunks without end', async () => {
    const socket = await open();
    socket.write('POST /hook/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const flow = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', flow);
    const answer = heard(socket);
    flow();
    // Who does not stop to read may miss the answer.
    expect(await answer).toMatch(/^(HTTP\/1\.1 413 |$)/);
  });

  test('has nothing for a thousand requests at paths of nobody', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => post(`/hook/${i}`, { body: 'x'.repeat(10_000) })),
    );
    expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([404]));
    const metrics = await listening.metrics.registry.metrics();
    // Paths of nobody are no labels.
    expect(metrics).not.toContain('/hook/999');
    expect(metrics).toContain(
      'gotk_receiver_http_request_duration_seconds_count{service="",handler="/hook/",method="POST",code="404"}',
    );
  });

  test('takes a compressed body for what it is: bytes that say nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const headers = { ...json, 'Content-Encoding': 'gzip', 'X-Signature': sign(bomb) };
    const plain = await listen('compressed', { type: 'generic-hmac' });
    expect((await post(plain, { headers, body: bomb })).status).toBe(200);
    const filtered = await listen('compressed-filter', {
      type: 'generic-hmac',
      resourceFilter: 'req.a == 1',
    });
    expect((await post(filtered, { headers, body: bomb })).status).toBe(500);
  });

  test.each([
    ['much nesting', '['.repeat(3_000_000)],
    ['many keys', `{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`).join()}}`],
    ['a prototype', '{"__proto__": {"tag": "a"}, "constructor": 1}'],
  ])('is not hurt by JSON with %s', async (what, body) => {
    const path = await listen(`json-${what.replaceAll(' ', '-')}`, {
      type: 'generic',
      resourceFilter: "req.tag == 'a'",
    });
    expect((await post(path, { headers: json, body })).status).toBe(500);
    expect((await post(path, { headers: json, body: '{"tag": "a"}' })).status).toBe(200);
  });

  test.each([
    ['over and over', 'req.l.all(a, req.l.all(b, req.l.all(c, a + b + c != -1.0)))'],
    ['by a text that grows', 'req.l.map(a, req.l.map(b, req.t + req.t)).size() > 0'],
    ['by a pattern', "req.l.all(a, !req.t.matches('(x+x+)+y'))"],
  ])('ends an expression that would run long: %s', async (what, resourceFilter) => {
    const path = await listen(`cel-${what.replaceAll(' ', '-')}`, { type: 'generic', resourceFilter });
    const body = JSON.stringify({ l: Array.from({ length: 5000 }, (_, i) => i), t: 'x'.repeat(50_000) });
    expect((await post(path, { headers: json, body })).status).toBe(500);
  });

  test('reckons what filters cost for all objects of a request together', async () => {
    const path = await listen('cel-many', {
      type: 'generic',
      resources: [{ kind: 'GitRepository', name: '*', matchLabels: {} }],
      resourceFilter: 'req.l.all(a, req.l.all(b, a + b != -1.0))',
    });
    for (let i = 0; i < 20; i++) await apply(source(`many-${i}`));
    const body = JSON.stringify({ l: Array.from({ length: 300 }, (_, i) => i) });
    expect((await post(path, { headers: json, body })).status).toBe(500);
    const woken = await Promise.all(Array.from({ length: 20 }, (_, i) => requestedAt(`many-${i}`)));
    expect(woken).toContain(undefined);
  });

  test('does not let an empty token open anything', async () => {
    await apply(secret('empty', { token: '' }));
    const spec = {
      type: 'gitlab',
      secretRef: { name: 'empty' },
      resources: [{ kind: 'GitRepository', name: 'a' }],
    };
    await apply(object('receiver', 'empty', { spec }));
    await until(
      () => status('empty')?.conditions?.find(({ type }) => type === 'Ready')?.reason === 'TokenNotFound',
    );
    expect(status('empty')?.webhookPath).toBeUndefined();
  });

  test('forgets a path at once when its token is another', async () => {
    await apply(secret('rotated', { token: 'first' }));
    const before = await listen('rotated', { type: 'generic', secretRef: { name: 'rotated' } });
    await apply(secret('rotated', { token: 'second' }));
    await until(() => status('rotated')?.webhookPath !== before);
    expect((await post(before)).status).toBe(404);
    expect((await post(status('rotated')?.webhookPath ?? '')).status).toBe(200);
    await listening.client.delete(refOf(secret('rotated', {})), { as: 'own' });
    await until(() => status('rotated')?.webhookPath === undefined);
    await apply(secret('rotated', { token: 'first' }));
    await until(() => status('rotated')?.webhookPath === before);
  });

  test('signs for the same body only that it has read', async () => {
    const path = await listen('signed', { type: 'generic-hmac' });
    const body = '{"tag": "a"}';
    const signed = { 'X-Signature': sign(body) };
    expect((await post(path, { headers: signed, body })).status).toBe(200);
    for (const other of ['', ' ', `${body} `, body.slice(1), '{"tag": "b"}'])
      expect((await post(path, { headers: signed, body: other })).status).toBe(400);
  });

  test('wakes each object with a time of its own', async () => {
    const path = await listen('times', { type: 'generic' });
    await post(path);
    const first = await requestedAt('a');
    await post(path);
    expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC m=\+\d+\.\d{9}$/);
    expect(await requestedAt('a')).not.toBe(first);
  });
});
