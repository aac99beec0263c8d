import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Registry, startRegistry } from '@millrace/registry';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from '../program.ts';

let folder: string;
let registry: Registry;
let tree: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-artifact-'));
  // No login of the user's has a place in a test.
  vi.stubEnv('DOCKER_CONFIG', folder);
  registry = await startRegistry({ root: join(folder, 'registry') });
  tree = makeTree(join(folder, 'tree'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** Modes count, so they are those of no umask. */
function makeTree(root: string): string {
  const lines = Array.from({ length: 9000 }, (_, i) => `line ${i + 1}\n`).join('');
  const files: Record<string, [text: string, mode?: number]> = {
    'a.yaml': ['kind: A\n'],
    'a-b.yaml': ['kind: A\n', 0o640],
    'deploy/b.yaml': [lines],
    'deploy/x.png': ['png\n'],
    'deploy/sub/run.sh': ['#!/bin/sh\n', 0o755],
    '.git/config': ['x\n'],
    'kept.jpg/in.yaml': ['in\n'],
  };
  mkdirSync(join(root, 'empty'), { recursive: true });
  for (const [path, [text, mode = 0o644]] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  }
  for (const path of ['', 'deploy', 'deploy/sub', 'empty', 'kept.jpg']) chmodSync(join(root, path), 0o755);
  symlinkSync('a.yaml', join(root, 'link'));
  symlinkSync('../deploy', join(root, 'deploy/loop'));
  return root;
}

const url = (place: string) => `oci://${registry.host}/${place}`;

/** Run a command as it is typed. */
async function cli(...args: string[]) {
  const [out, said]: string[][] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation(text => out!.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said!.push(String(text)) > 0);
  const code = await run(args);
  return { code, out: out!.join(''), said: said!.join('') };
}

const made = ['--source', 's', '--revision', 'r'];
const login = () => ['--creds', `me:${registry.token}`];
const push = (place: string, path: string, ...more: string[]) =>
  cli('push', 'artifact', url(place), '--path', path, ...made, ...login(), ...more);

describe('push artifact', () => {
  // Made by pkg/oci v0.68.1 of Flux 2.9.4, from the same files and with the same arguments.
  const digests = {
    folder: 'sha256:db4d71dfa0ff124d845b86e9c14c39eebf65d89fd9d3ede4596a83ef4741130c',
    file: 'sha256:c79b9bfe04b2f93b5e2500ea736a5c4ede63732ff1938e9047a13f138386593e',
  };
  const asFlux = ['-a', 'a=b<&>', '--reproducible'];

  test('makes what Flux makes of a folder, byte by byte', async () => {
    const { said } = await push('app:v1', tree, ...asFlux);
    expect(said).toBe(
      `► logging in to registry with credentials
► pushing artifact to ${registry.host}/app:v1
✔ artifact successfully pushed to ${registry.host}/app@${digests.folder}
`,
    );
  });

  test('and of a single file, and tells programs of it', async () => {
    const { out } = await push('one:v1', join(tree, 'a.yaml'), ...asFlux, '-o', 'json');
    const repository = `${registry.host}/one`;
    const { file: digest } = digests;
    expect(JSON.parse(out)).toEqual({ url: `oci://${repository}@${digest}`, repository, tag: 'v1', digest });
    const yaml = await push('one:v1', join(tree, 'a.yaml'), ...asFlux, '-o', 'yaml');
    expect(yaml.out).toBe(
      `digest: ${digest}\nrepository: ${repository}\ntag: v1\nurl: oci://${repository}@${digest}\n`,
    );
  });

  test('takes what links lead to where it is told so, and goes in no circles', async () => {
    const circle = join(folder, 'circle');
    mkdirSync(join(circle, 'a'), { recursive: true });
    symlinkSync('..', join(circle, 'a', 'up'));
    symlinkSync(join(tree, 'a.yaml'), join(circle, 'a.yaml'));
    await push('links:v1', circle, '--resolve-symlinks');
    const output = mkdtempSync(join(folder, 'out-'));
    await cli('pull', 'artifact', url('links:v1'), '--output', output);
    expect(readdirSync(output, { recursive: true }).sort()).toEqual(['a', 'a.yaml']);
  });

  test('leaves out what it is told to, and nothing else then', async () => {
    const output = mkdtempSync(join(folder, 'out-'));
    await push('rules:v1', tree, '--ignore-paths', 'deploy/,*.yaml', '--ignore-paths', 'empty/,kept.jpg');
    await cli('pull', 'artifact', url('rules:v1'), '--output', output);
    expect(readdirSync(output, { recursive: true }).sort()).toEqual(['.git', '.git/config']);
  });

  test.each<[string, string[], string]>([
    ['no URL', [], 'artifact URL is required'],
    ['no source', ['oci://localhost:1/a'], '--source is required'],
    ['no revision', ['oci://localhost:1/app', '--source', 's'], '--revision is required'],
    ['no path', ['oci://localhost:1/app', ...made], 'invalid path ""'],
    [
      'a path that is not there',
      ['oci://localhost:1/app', ...made, '--path', '/no/such'],
      "invalid path '/no/such'",
    ],
    [
      'no URL of a registry',
      ['https://localhost:1/app', ...made, '--path', '/'],
      "'oci://<domain>/<org>/<repo>'",
    ],
    ['a tag that is none', ['oci://localhost:1/app:.x', ...made, '--path', '/'], 'invalid URL: a tag has'],
    [
      'an annotation that is none',
      ['oci://localhost:1/app', ...made, '--path', '/', '-a', 'x'],
      'invalid annotation x',
    ],
    [
      'a time that is none',
      ['oci://localhost:1/app', ...made, '--path', '/', '-a', 'org.opencontainers.image.created=now'],
      'invalid created timestamp "now"',
    ],
  ])('refuses %s', async (_, args, problem) => {
    const { code, said } = await cli('push', 'artifact', ...args);
    expect([code, said]).toEqual([1, expect.stringContaining(problem)]);
  });

  test('says what the registry says, and nothing of the login', async () => {
    const args = ['push', 'artifact', url('app:v1'), '--path', tree, ...made, '--creds', 'me:not-the-token'];
    const { code, said } = await cli(...args);
    expect([code, said]).toEqual([1, expect.stringMatching(/pushing artifact failed: .*status 401/)]);
    expect(said).not.toContain('not-the-token');
  });
});

describe('what was pushed', () => {
  beforeAll(async () => {
    await push('kept:v1', tree, '--reproducible');
  });

  test('comes back with its modes, and without links', async () => {
    const output = mkdtempSync(join(folder, 'out-'));
    const { said } = await cli('pull', 'artifact', url('kept:v1'), '--output', output);
    expect(said).toMatch(
      /✔ source s\n✔ revision r\n✔ digest \S+@sha256:\w{64}\n✔ artifact content extracted to/,
    );
    expect(readFileSync(join(output, 'deploy/sub/run.sh'), 'utf8')).toBe('#!/bin/sh\n');
    expect(statSync(join(output, 'deploy/sub/run.sh')).mode & 0o100).toBe(0o100);
    expect(readdirSync(output).sort()).toEqual(['a-b.yaml', 'a.yaml', 'deploy', 'empty']);
  });

  test('is told from what a folder holds now', async () => {
    const same = await cli('diff', 'artifact', url('kept:v1'), '--path', tree);
    expect([same.code, same.said]).toEqual([0, '✔ no changes detected\n']);
    const other = await cli('diff', 'artifact', url('kept:v1'), '--path', join(tree, 'deploy'));
    expect([other.code, other.said]).toEqual([
      1,
      '✗ the remote artifact contents differs from the local one\n',
    ]);
  });

  test('gets further tags, and is listed by them', async () => {
    const args = ['--tag', '1.0.0,2.0.0', '--tag', 'abc.sig', ...login()];
    const { said } = await cli('tag', 'artifact', url('kept:v1'), ...args);
    expect(said).toContain(`► tagging artifact\n✔ artifact tagged as ${registry.host}/kept:1.0.0\n`);
    const listed = async (...more: string[]) => {
      const { out } = await cli('list', 'artifacts', url('kept'), ...more);
      return out
        .trim()
        .split('\n')
        .slice(1)
        .map(line => line.split('\t').map(cell => cell.trim()))
        .map(([name, , source, revision]) => [name?.split(':').at(-1), source, revision]);
    };
    expect(await listed()).toEqual(['v1', '2.0.0', '1.0.0'].map(tag => [tag, 's', 'r']));
    expect(await listed('--filter-semver', '>=2')).toEqual([['2.0.0', 's', 'r']]);
    expect(await listed('--filter-regex', '^v')).toEqual([['v1', 's', 'r']]);
  });

  test('is packed without a registry too', async () => {
    const archive = join(folder, 'artifact.tgz');
    const { said } = await cli('build', 'artifact', '--path', tree, '--output', archive);
    expect(said).toContain(`✔ artifact created at ${archive}`);
    expect(readFileSync(archive).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });
});
