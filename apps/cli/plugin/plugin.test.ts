import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeTar } from '@millrace/tar';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { typed } from '../testing/flux-lines.ts';

const script = `#!/bin/sh
if [ "$1" = __complete ]; then printf 'one\\tfirst\\n:4\\n'; exit; fi
echo "$0" "$@"
exit 7
`;
const bytes = new TextEncoder().encode(script);

let server: Server;
let base: string;
let folder: string;
const files = new Map<string, Uint8Array | string>();

/** The catalog of these tests, in the shape of fluxcd/plugins. */
function fill(): void {
  const tar = writeTar([{ name: 'bin/flux-hello', mode: 0o755, mtime: 0, content: bytes }]);
  files.set('/hello.tar.gz', gzipSync(tar));
  files.set('/hello.zip', zipSync({ 'dist/flux-hello': bytes, '../flux-hello': new Uint8Array(1) }));
  files.set('/hello', bytes);
  files.set(
    '/catalog.yaml',
    `apiVersion: cli.fluxcd.io/v1beta1
kind: PluginCatalog
plugins:
- { name: hello, description: Says hello }
- { name: operator, description: Manages Flux }
`,
  );
  files.set('/hello.yaml', manifest('flux-hello'));
  files.set('/evil.yaml', manifest('../flux-hello'));
  files.set('/forged.yaml', manifest('flux-forged').replaceAll('sha256:', 'sha256:0'));
}

function manifest(bin: string): string {
  const version = (number: string, file: string, more = '') => `- version: ${number}
  platforms:
  - { os: ${process.platform}, arch: ${process.arch === 'x64' ? 'amd64' : process.arch}, url: "${base}${file.slice(1)}", checksum: "${digestOf(file)}"${more} }
`;
  return `apiVersion: cli.fluxcd.io/v1beta1
kind: Plugin
name: hello
bin: ${bin}
versions:
${version('1.2.0', '/hello.tar.gz', ', extractPath: bin/flux-hello')}${version('1.1.0', '/hello.zip')}${version('1.0.0', '/hello')}`;
}

const digestOf = (file: string) => `sha256:${createHash('sha256').update(files.get(file)!).digest('hex')}`;

beforeAll(async () => {
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env.FLUXCD_PLUGIN_CATALOG = base;
  fill();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-plugins-'));
  process.env.FLUXCD_PLUGINS = folder;
  return () => rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  server.close();
  delete process.env.FLUXCD_PLUGIN_CATALOG;
  delete process.env.FLUXCD_PLUGINS;
});

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

describe('plugin install', () => {
  test.each([
    ['hello', '1.2.0'],
    ['hello@1.1.0', '1.1.0'],
    ['hello@1.0.0', '1.0.0'],
  ])('%s puts version %s where it is found', async (name, version) => {
    expect(await typed(`plugin install ${name}`)).toEqual({
      code: 0,
      stdout: '',
      stderr: `✔ installed hello v${version}\n`,
    });
    expect(readFileSync(join(folder, 'flux-hello'), 'utf8')).toBe(script);
    expect(statSync(join(folder, 'flux-hello')).mode & 0o100).toBe(0o100);
    expect((await typed('plugin list')).stdout).toContain(`hello	${version}  	${folder}/flux-hello	
`);
  });

  test('takes what has a digest', async () => {
    const { stderr } = await typed(`plugin install hello@${digestOf('/hello.zip')}`);
    expect(stderr).toBe('✔ installed hello v1.1.0\n');
  });

  test.each([
    ['nope', 'plugin "nope" not found in catalog'],
    ['../hello', 'plugin "../hello" not found in catalog'],
    [
      'evil',
      'plugin "evil" has invalid bin "../flux-hello" (must be a plain filename prefixed with "flux-")',
    ],
    ['catalog', 'plugin "catalog" has unexpected kind "PluginCatalog" (expected "Plugin")'],
    ['hello@9', 'version "9" not found for plugin "hello"'],
    ['forged', 'checksum verification failed'],
  ])('%s is refused', async (name, why) => {
    const { code, stderr } = await typed(`plugin install ${name}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`✗ ${why}`);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('a plugin is found in the catalog by a part of its description', async () => {
  await typed('plugin install hello');
  expect((await typed('plugin search SAYS')).stdout).toBe(
    'NAME \tDESCRIPTION\tINSTALLED \nhello\tSays hello \t1.2.0    \t\n',
  );
});

test('a plugin is updated, one that somebody put there by hand is not', async () => {
  await typed('plugin install hello@1.0.0');
  writeFileSync(join(folder, 'flux-own'), script, { mode: 0o755 });
  expect((await typed('plugin update')).stderr).toBe(
    '✔ updated hello v1.0.0 → v1.2.0\n⚠️ skipping own (manually installed)\n',
  );
  expect((await typed('plugin update hello')).stderr).toBe('✔ hello already up to date (v1.2.0)\n');
});

test('a plugin that is uninstalled is gone', async () => {
  await typed('plugin install hello');
  expect((await typed('plugin uninstall hello')).stderr).toBe('✔ uninstalled hello\n');
  expect(readdirSync(folder)).toEqual([]);
  expect((await typed('plugin uninstall hello')).stderr).toBe('✗ plugin "hello" is not installed\n');
});

test('a plugin is a command: its arguments, output and exit code are its own, and it completes words', async () => {
  await typed('plugin install hello');
  const { status, stdout } = run('hello', '-n', 'x', '--help');
  expect({ status, stdout }).toEqual({ status: 7, stdout: `${folder}/flux-hello -n x --help\n` });
  expect(run('__complete', 'hello', 'o').stdout).toBe('one\tfirst\n:4\n');
  expect(run('--help').stdout).toMatch(/Plugin Commands:\n +hello +Run the plugin hello/);
});

test('a plugin takes no command of ours', async () => {
  for (const name of ['get', 'up', 'plugin', 'help'])
    writeFileSync(join(folder, `flux-${name}`), script, { mode: 0o755 });
  expect((await typed('plugin list')).stdout).toBe('No plugins found\n');
  expect(run('help').stdout).toContain('Usage:');
});
