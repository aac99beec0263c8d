import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createMetrics, type Environment, eventFeed, watchesOf } from '@millrace/controller';
import { kubeClient, loadConnection } from '@millrace/kube';
import { commonFlags, valuesOf } from '@millrace/process/flags';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webFlags } from './flags/index.ts';
import { webProgram } from './program.ts';

let folder: string;
let environment: Environment;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'web-program-'));
  const client = kubeClient(loadConnection({ overrides: { server: 'http://127.0.0.1:9' } }));
  const log = createLogger({ level: 'error' });
  environment = {
    client,
    watches: watchesOf(client, log),
    log,
    metrics: createMetrics(),
    events: eventFeed(),
  };
});

afterAll(async () => {
  environment.watches.stop();
  await environment.client.close();
  rmSync(folder, { recursive: true, force: true });
});

const fine = {
  'web-addr': '127.0.0.1:0',
  'web-url': 'https://fleet.example.com',
  'oidc-issuer-url': 'https://login.example.com',
  'oidc-client-id': 'millrace',
};

function start(given: Record<string, string | string[]>, alone = true) {
  const flags = { ...valuesOf(commonFlags, () => undefined), ...valuesOf(webFlags, name => given[name]) };
  return webProgram().start({ environment, settings: {}, flags, gates: {}, inCluster: true, alone });
}

test('serves the page where it is told to, without asking the provider before somebody comes', async () => {
  const running = await start(fine);
  await running.stop();
});

test('serves nothing beside other controllers, unless it is told to', async () => {
  await (await start({}, false)).stop();
});

const short = () => {
  const file = join(folder, 'short');
  writeFileSync(file, 'short\n');
  return file;
};

test.each<[string, () => Record<string, string | string[]>, RegExp]>([
  ['no address', () => ({ 'web-addr': '0' }), /--web-addr/],
  [
    'nobody who says who people are',
    () => ({ 'oidc-issuer-url': '' }),
    /--oidc-issuer-url and --oidc-client-id/,
  ],
  ['no client', () => ({ 'oidc-client-id': '' }), /--oidc-client-id/],
  [
    'a provider that others can listen to',
    () => ({ 'oidc-issuer-url': 'http://login.example.com' }),
    /https/,
  ],
  ['no address for browsers', () => ({ 'web-url': '' }), /--web-url/],
  ['an address that others can listen to', () => ({ 'web-url': 'http://fleet.example.com' }), /--web-url/],
  ['an address with a path', () => ({ 'web-url': 'https://example.com/fleet' }), /without a path/],
  ['a name of this machine that is none', () => ({ 'web-url': 'http://localhost.example.com' }), /--web-url/],
  ['a certificate without its key', () => ({ 'web-tls-cert-file': short() }), /belong together/],
  ['no certificate', () => ({ 'web-tls-cert-file': short(), 'web-tls-key-file': short() }), /no certificate/],
  ['a key that can be guessed', () => ({ 'web-session-key-file': short() }), /at least 32/],
  [
    'a key that is not there',
    () => ({ 'web-session-key-file': join(folder, 'none') }),
    /--web-session-key-file/,
  ],
  [
    'a secret that is not there',
    () => ({ 'oidc-client-secret-file': join(folder, 'none') }),
    /--oidc-client-secret-file/,
  ],
  ['a proxy that is no network', () => ({ 'web-trusted-proxy': ['everybody'] }), /"everybody" is no network/],
])('does not start with %s', async (_, given, words) => {
  await expect(start({ ...fine, ...given() })).rejects.toThrow(
    expect.objectContaining({ name: 'FlagError', message: expect.stringMatching(words) }),
  );
});
