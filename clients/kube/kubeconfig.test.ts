import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KubeconfigError, loadConnection } from './index.ts';

const config = (fields: string, user = 'token: secret-token') => `
apiVersion: v1
kind: Config
current-context: one
clusters:
  - name: here
    cluster: {server: "https://127.0.0.1:6443/", ${fields}}
contexts:
  - name: one
    context: {cluster: here, user: me, namespace: team}
  - name: two
    context: {cluster: here, user: me}
  - name: broken
    context: {cluster: nowhere, user: me}
users:
  - name: me
    user: {${user}}
`;

describe('the kubeconfig', () => {
  let folder: string;
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-kubeconfig-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test('says where the cluster is, and who asks', async () => {
    const connection = loadConnection({
      text: config(`certificate-authority-data: ${btoa('PEM')}, tls-server-name: api`),
    });
    expect(connection).toMatchObject({
      server: 'https://127.0.0.1:6443',
      ca: 'PEM',
      serverName: 'api',
      namespace: 'team',
      contextName: 'one',
    });
    expect(await connection.credentials.headers()).toEqual({ authorization: 'Bearer secret-token' });
  });

  test('another context can be chosen; its namespace is default where it names none', () => {
    expect(loadConnection({ text: config(''), context: 'two' }).namespace).toBe('default');
  });

  test('files are found from where the kubeconfig lies', () => {
    file('ca.crt', 'the authority');
    expect(loadConnection({ path: file('config', config('certificate-authority: ca.crt')) }).ca).toBe(
      'the authority',
    );
  });

  test('of several files the first to name a thing wins', () => {
    const first = file('first', 'apiVersion: v1\nkind: Config\ncurrent-context: two\n');
    vi.stubEnv('KUBECONFIG', [first, file('second', config(''))].join(delimiter));
    expect(loadConnection().contextName).toBe('two');
  });

  test('a name and password become basic authentication', async () => {
    const { credentials } = loadConnection({ text: config('', 'username: me, password: pass') });
    expect(await credentials.headers()).toEqual({ authorization: `Basic ${btoa('me:pass')}` });
  });

  test('a token file is read when it is needed', async () => {
    const { credentials } = loadConnection({
      text: config('', `tokenFile: ${file('token', 'from-file\n')}`),
    });
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer from-file' });
  });

  test('a token file is read again when the server refuses what was in it, and after a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const { credentials } = loadConnection({ text: config('', `tokenFile: ${file('token', 'one')}`) });
    const sent = async () => (await credentials.headers()).authorization;
    expect(await sent()).toBe('Bearer one');
    file('token', 'two');
    expect(credentials.refused?.()).toBe(false); // it has been read just now
    vi.setSystemTime(1_030_000);
    expect(await sent()).toBe('Bearer one');
    expect(credentials.refused?.()).toBe(true);
    expect(await sent()).toBe('Bearer two');
    file('token', 'three');
    vi.setSystemTime(1_091_000);
    expect(await sent()).toBe('Bearer three');
    vi.useRealTimers();
  });

  test('a plugin is asked for its token', async () => {
    const plugin = file(
      'plugin.sh',
      '#!/bin/sh\necho \'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}\'\n',
    );
    chmodSync(plugin, 0o755);
    const { credentials } = loadConnection({
      text: config('', `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}}`),
    });
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer from-plugin' });
  });

  test.each([
    [{ text: config(''), context: 'three' }, /context "three" does not exist/],
    [{ text: config(''), context: 'broken' }, /cluster "nowhere" of context "broken" has no server/],
    [{ text: 'kind: Config\n' }, /no current-context/],
    [
      { text: config('certificate-authority: /no/such/file') },
      /certificate-authority \/no\/such\/file cannot be read/,
    ],
    [{ path: '/no/such/kubeconfig' }, /\/no\/such\/kubeconfig does not exist/],
  ])('what is missing is named', (options, message) => {
    expect(() => loadConnection(options)).toThrow(KubeconfigError);
    expect(() => loadConnection(options)).toThrow(message);
  });
});
