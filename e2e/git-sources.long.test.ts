import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { GitRepository } from '@millrace/api';
import { artifactTree, unpackTree } from '@millrace/artifact';
import { git } from '@millrace/git';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedCommit, signedTag } from '../clients/git/testing/sign.ts';
import {
  goldenKey,
  hasSshd,
  type SshServer,
  startSsh2Server,
  startSshd,
} from '../clients/git/testing/ssh-server.ts';
import type { Clone } from './fleet.ts';
import { handOn } from './hand-on.ts';
import { isReady, readyOf, type System, startSystem } from './system.ts';

const tls = {
  key: readFileSync(new URL('./tls/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(new URL('./tls/cert.pem', import.meta.url), 'utf8'),
};

describe('a GitRepository', () => {
  let system: System;
  let clone: Clone;
  let url: string;
  const servers: (Server | TlsServer)[] = [];
  let ssh: SshServer;

  const listen = async (server: Server | TlsServer) => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const run = (input: string | undefined, ...args: string[]) =>
    git({
      args: ['-C', clone.path, ...args],
      what: args[0]!,
      input: input ?? '',
      settings: [
        ['user.name', 'A user'],
        ['user.email', 'user@example.com'],
      ],
      signal: AbortSignal.timeout(20_000),
    }).then(output => output.toString('utf8').trim());

  beforeAll(async () => {
    system = await startSystem(['--feature-gates', 'ObjectLevelWorkloadIdentity=false']);
    ({ url, clone } = await system.repository('fleet'));
    await clone.push('Start', { 'app/a.yaml': 'a: 1\n', 'docs/a.md': 'a' });
    const options = {
      folder: join(system.folder, 'sshd'),
      hostKeys: ['openssh-ed25519'],
      clientKeys: ['openssh-ecdsa-256', 'openssh-ed25519-encrypted'],
    };
    ssh = await (hasSshd ? startSshd : startSsh2Server)(options);
  });
  afterAll(async () => {
    await ssh.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await system.stop();
  });

  const secret = (name: string, data: Record<string, string>) => {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: system.namespace },
      data: Object.fromEntries(encoded),
    };
    return system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const ready = (name: string, revision?: string) =>
    system.until<GitRepository>(
      system.ref('GitRepository', name),
      `ready for ${revision}`,
      o =>
        isReady(o) &&
        (revision === undefined || (o?.status as GitRepository['status'])?.artifact?.revision === revision),
    );
  const notReady = async (name: string, reason: string) =>
    readyOf(
      await system.until<GitRepository>(
        system.ref('GitRepository', name),
        reason,
        o => readyOf(o)?.status === 'False' && readyOf(o)?.reason === reason,
      ),
    )!.message;
  const conditionOf = (object: GitRepository, type: string) =>
    object.status?.conditions?.find(condition => condition.type === type);
  const filesOf = async (object: GitRepository) => {
    const answer = await fetch(object.status!.artifact!.url);
    const tree = artifactTree(await unpackTree(new Uint8Array(await answer.arrayBuffer())));
    const walk = (folder: string): string[] =>
      tree.list(folder)!.flatMap(({ name, directory }) => {
        const path = folder === '' ? name : `${folder}/${name}`;
        return directory ? [`${path}/`, ...walk(path)] : [path];
      });
    return walk('').sort();
  };

  describe('over ssh', () => {
    const sshUrl = () => `ssh://${ssh.user}@${ssh.host}:${ssh.port}${system.folder}/git/fleet.git`;
    const knownHosts = () => `[${ssh.host}]:${ssh.port} ${goldenKey('openssh-ed25519.pub')}`;

    test('is fetched with its deploy key, and with one that needs a password', async () => {
      await secret('deploy-key', { identity: goldenKey('openssh-ecdsa-256'), known_hosts: knownHosts() });
      await system.source('by-key', sshUrl(), { secretRef: { name: 'deploy-key' } });
      expect(await filesOf(await ready('by-key'))).toContain('app/a.yaml');
      const encrypted = { identity: goldenKey('openssh-ed25519-encrypted'), known_hosts: knownHosts() };
      await secret('encrypted', encrypted);
      await system.source('by-password', sshUrl(), { secretRef: { name: 'encrypted' } });
      expect(await notReady('by-password', 'AuthenticationFailed')).toMatch(
        /SSH identity key is encrypted but no 'password' field was provided in the secret '.*\/encrypted'/,
      );
      await secret('encrypted', { ...encrypted, password: 'hunter2' });
      await ready('by-password');
    });

    test.each([
      ['no Secret', undefined, 'AuthenticationFailed', /'identity' is required/],
      ['no known_hosts', { known_hosts: '' }, 'AuthenticationFailed', /'known_hosts' is required/],
      [
        'another host key',
        { known_hosts: 'other' },
        'GitOperationFailed',
        /ssh: handshake failed: knownhosts: key mismatch/,
      ],
      [
        'a key that is not let in',
        { identity: 'other' },
        'GitOperationFailed',
        /ssh: unable to authenticate/,
      ],
    ])('is refused with %s', async (what, data, reason, message) => {
      const name = what.replaceAll(/[\W_]/g, '-').toLowerCase();
      if (data) {
        const other = `[${ssh.host}]:${ssh.port} ${goldenKey('pkcs8-ed25519.pub')}`;
        const known = 'known_hosts' in data ? (data.known_hosts === 'other' ? other : '') : knownHosts();
        const identity = goldenKey('identity' in data ? 'pkcs8-rsa' : 'openssh-ecdsa-256');
        await secret(name, { identity, known_hosts: known });
      }
      await system.source(name, sshUrl(), data ? { secretRef: { name } } : {});
      expect(await notReady(name, reason)).toMatch(message);
    });

    test.each(['ssh://-oProxyCommand=touch%20x/a', 'ssh://git@-oProxyCommand=x/a', 'ssh://-x@127.0.0.1/a'])(
      '%s is refused',
      async hostile => {
        const name = `hostile-${hostile.length}`;
        await secret('deploy-key', { identity: goldenKey('openssh-ecdsa-256'), known_hosts: knownHosts() });
        await system.source(name, hostile, { secretRef: { name: 'deploy-key' } });
        expect(await notReady(name, 'GitOperationFailed')).toMatch(/is refused: its (host|user)/);
      },
    );
  });

  describe('with spec.verify', () => {
    const key = goldenKey('pkcs8-ed25519');
    const keys = { 'me.sshpub': goldenKey('pkcs8-ed25519.pub') };
    const verify = (mode: 'HEAD' | 'Tag' | 'TagAndHEAD') => ({ mode, secretRef: { name: 'keys' } });
    let signed: string;
    let tag: string;
    beforeAll(async () => {
      await secret('keys', keys);
      const commit = await run(undefined, 'cat-file', 'commit', 'HEAD');
      signed = await run(signedCommit(`${commit}\n`, key), 'hash-object', '-t', 'commit', '-w', '--stdin');
      const text = `object ${signed}\ntype commit\ntag v1.0.0\ntagger A <a@example.com> 1700000000 +0000\n\nOne\n`;
      tag = await run(signedTag(text, key), 'hash-object', '-t', 'tag', '-w', '--stdin');
      await run(
        undefined,
        'push',
        '--quiet',
        'origin',
        `${signed}:refs/heads/signed`,
        `${tag}:refs/tags/v1.0.0`,
      );
      await run(undefined, 'push', '--quiet', 'origin', `${signed}:refs/tags/v0.1.0`);
    });

    test('of HEAD, a tag and both is verified, and says so', async () => {
      await system.source('head', url, { ref: { branch: 'signed' }, verify: verify('HEAD') });
      const head = await ready('head', `signed@sha1:${signed}`);
      expect(conditionOf(head, 'SourceVerified')).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: expect.stringMatching(
          new RegExp(`^verified signature of\n\t- commit '${signed}' with key 'SHA256:[A-Za-z0-9+/]+'$`),
        ),
      });
      expect(head.status?.sourceVerificationMode).toBe('HEAD');
      await system.source('tag', url, { ref: { semver: '1.x' }, verify: verify('TagAndHEAD') });
      const tagged = await ready('tag', `v1.0.0@sha1:${signed}`);
      expect(conditionOf(tagged, 'SourceVerified')?.message).toMatch(
        new RegExp(
          `^verified signature of\n\t- tag 'v1.0.0@${tag}' with key .*\n\t- commit '${signed}' with key`,
        ),
      );
      await system.source('tag', url, { ref: { semver: '1.x' } });
      const free = await system.until<GitRepository>(
        system.ref('GitRepository', 'tag'),
        'verified no more',
        o => isReady(o) && conditionOf(o as GitRepository, 'SourceVerified') === undefined,
      );
      expect(free.status?.sourceVerificationMode).toBeUndefined();
    });

    test.each<[string, Partial<GitRepository['spec']>, string, RegExp]>([
      [
        'unsigned commit',
        { verify: verify('HEAD') },
        'InvalidCommitSignature',
        /signature verification of commit '[0-9a-f]{40}' failed: unsupported signature type: empty/,
      ],
      [
        'branch for a tag',
        { ref: { branch: 'signed' }, verify: verify('Tag') },
        'InvalidVerificationMode',
        /if a tag reference is not specified/,
      ],
      [
        'light tag',
        { ref: { tag: 'v0.1.0' }, verify: verify('Tag') },
        'InvalidGitObject',
        /cannot verify signature of tag 'v0.1.0' since it is not signed/,
      ],
      [
        'missing Secret',
        { ref: { tag: 'v1.0.0' }, verify: { mode: 'Tag', secretRef: { name: 'no-keys' } } },
        'VerificationError',
        /public keys secret error: secrets "no-keys" not found/,
      ],
      [
        'other keys',
        { ref: { tag: 'v1.0.0' }, verify: { mode: 'Tag', secretRef: { name: 'others' } } },
        'InvalidTagSignature',
        /signature verification of tag 'v1.0.0@[0-9a-f]{40}' failed: unable to verify Git tag SSH signature/,
      ],
    ])('is not verified: %s', async (what, spec, reason, message) => {
      await secret('others', { 'x.sshpub': goldenKey('openssh-rsa.pub') });
      const name = `not-${what.replaceAll(/\W/g, '-').toLowerCase()}`;
      await system.source(name, url, spec);
      expect(await notReady(name, reason)).toMatch(message);
      const object = (await system.get<GitRepository>(system.ref('GitRepository', name)))!;
      expect(conditionOf(object, 'SourceVerified')).toMatchObject({ status: 'False', reason });
      expect(object.status?.artifact).toBeUndefined();
    });
  });

  test('includes others where it wants them, and follows them', async () => {
    const library = await system.repository('library');
    const first = await library.clone.push('One', { 'deploy/x.yaml': 'x: 1\n', 'other/y.yaml': 'y: 1\n' });
    const include = [
      { repository: { name: 'library' }, fromPath: 'deploy', toPath: 'vendor/library' },
      { repository: { name: 'library' }, fromPath: '../other/y.yaml', toPath: '../../y.yaml' },
    ];
    await system.source('including', url, { include });
    expect(await notReady('including', 'NotFound')).toMatch(/could not get resource for include 'library'/);
    await system.source('library', library.url);
    await ready('library', `main@sha1:${first}`);
    const object = await ready('including');
    expect(await filesOf(object)).toEqual([
      'app/',
      'app/a.yaml',
      'docs/',
      'docs/a.md',
      'vendor/',
      'vendor/library/',
      'vendor/library/x.yaml',
      'y.yaml',
    ]);
    expect(object.status?.observedInclude).toEqual(include);
    expect(object.status?.includedArtifacts?.map(({ revision }) => revision)).toEqual([
      `main@sha1:${first}`,
      `main@sha1:${first}`,
    ]);
    expect(conditionOf(object, 'IncludeUnavailable')).toBeUndefined();
    const second = await library.clone.push('Two', { 'deploy/z.yaml': 'z: 1\n' });
    const followed = await system.until<GitRepository>(
      system.ref('GitRepository', 'including'),
      'followed',
      o => (o?.status as GitRepository['status'])?.includedArtifacts?.[0]?.revision === `main@sha1:${second}`,
    );
    expect(await filesOf(followed)).toContain('vendor/library/z.yaml');
    await system.source('clash', url, { include: [{ repository: { name: 'library' }, toPath: 'app' }] });
    expect(await notReady('clash', 'CopyFailure')).toMatch(
      /failed to copy 'library' include from {2}to app: the destination already exists/,
    );
  });

  test('that includes itself, by way of another or not, is stalled', async () => {
    await system.source('self', url, { include: [{ repository: { name: 'self' } }] });
    await notReady('self', 'IllegalPath');
    await system.source('circle-a', url, { include: [{ repository: { name: 'circle-b' } }] });
    await system.source('circle-b', url, { include: [{ repository: { name: 'circle-a' } }] });
    expect(await notReady('circle-a', 'IllegalPath')).toMatch(/leads back to 'circle-a'/);
    await notReady('circle-b', 'IllegalPath');
  });

  test('brings its submodules, and theirs, and nothing of this machine', async () => {
    const inner = await system.repository('inner');
    const pinned = await inner.clone.push('Inner', { 'inner.yaml': 'i: 1\n' });
    const outer = await system.repository('outer');
    const linked = async (name: string, at: string, commit: string, target: string) => {
      await outer.clone.push('Module', {
        '.gitmodules': `[submodule "${name}"]\n\tpath = ${at}\n\turl = ${target}\n`,
        'own.yaml': 'o: 1\n',
      });
      const inOuter = (...args: string[]) =>
        git({
          args: ['-C', outer.clone.path, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args],
          what: 'outer',
          signal: AbortSignal.timeout(9000),
        });
      await inOuter('update-index', '--add', '--cacheinfo', `160000,${commit},${at}`);
      await inOuter('commit', '--quiet', '--message', 'Link');
      await inOuter('push', '--quiet', 'origin', 'main');
      return (await inOuter('rev-parse', 'HEAD')).toString().trim();
    };
    const good = await linked('inner', 'modules/inner', pinned, '../inner.git');
    await system.source('with-modules', outer.url, { recurseSubmodules: true });
    const object = await ready('with-modules', `main@sha1:${good}`);
    expect(await filesOf(object)).toEqual([
      'modules/',
      'modules/inner/',
      'modules/inner/.git',
      'modules/inner/inner.yaml',
      'own.yaml',
    ]);
    expect(object.status?.observedRecurseSubmodules).toBe(true);
    await system.source('without-modules', outer.url);
    expect(await filesOf(await ready('without-modules'))).toEqual(['modules/', 'modules/inner/', 'own.yaml']);
    for (const hostile of [
      `file://${system.folder}/git/inner.git`,
      'ext::sh -c touch% /tmp/x',
      `${system.folder}/git/inner.git`,
    ]) {
      await linked('inner', 'modules/inner', pinned, hostile);
      expect(await notReady('with-modules', 'GitOperationFailed')).toMatch(
        /the URL of the submodule '.*' is refused/,
      );
      await linked('inner', 'modules/inner', pinned, '../inner.git');
      await ready('with-modules');
    }
  });

  test('is fetched through a proxy that wants a password', async () => {
    const asked: string[] = [];
    const proxy = await listen(
      createServer(
        handOn(new URL(url).origin, request => {
          asked.push(request.url!);
          return request.headers['proxy-authorization'] === `Basic ${btoa('me:p@ss')}` ? 200 : 407;
        }),
      ),
    );
    await secret('proxy', { address: `http://${proxy}`, username: 'me', password: 'p@ss' });
    await system.source('proxied', url.replace(/127\.0\.0\.1:\d+/, 'fleet.example'), {
      proxySecretRef: { name: 'proxy' },
    });
    await ready('proxied');
    expect(asked[0]).toMatch(/^http:\/\/fleet\.example\/fleet\.git\/info\/refs/);
    await system.source('no-proxy', url, { proxySecretRef: { name: 'gone' } });
    expect(await notReady('no-proxy', 'AuthenticationFailed')).toMatch(
      /failed to configure proxy options: failed to get secret/,
    );
    await secret('bad-proxy', { address: 'file:///etc' });
    await system.source('bad-proxy', url, { proxySecretRef: { name: 'bad-proxy' } });
    expect(await notReady('bad-proxy', 'AuthenticationFailed')).toMatch(
      /failed to configure proxy options: .*http, https or socks5/,
    );
  });

  test('is fetched with a client certificate', async () => {
    const place = await listen(
      createTlsServer(
        { ...tls, requestCert: true, rejectUnauthorized: true, ca: tls.cert },
        handOn(new URL(url).origin, () => 200),
      ),
    );
    await secret('mutual', { 'ca.crt': tls.cert, 'tls.crt': tls.cert, 'tls.key': tls.key });
    await system.source('mutual', `https://${place}/fleet.git`, { secretRef: { name: 'mutual' } });
    await ready('mutual');
    await secret('half', { 'ca.crt': tls.cert, 'tls.crt': tls.cert });
    await system.source('half', `https://${place}/fleet.git`, { secretRef: { name: 'half' } });
    expect(await notReady('half', 'AuthenticationFailed')).toMatch(/both tls\.crt and tls\.key/);
    await secret('none', { 'ca.crt': tls.cert });
    await system.source('none', `https://${place}/fleet.git`, { secretRef: { name: 'none' } });
    await notReady('none', 'GitOperationFailed');
  });

  test('is fetched as a GitHub App, and says what is missing of one', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const api = await listen(
      createServer((request, response) => {
        const isToken = request.url === '/api/v3/app/installations/7/access_tokens';
        const answer = { token: 'ghs_secret', expires_at: new Date(Date.now() + 3_600_000).toISOString() };
        response.writeHead(isToken ? 201 : 404).end(JSON.stringify(isToken ? answer : {}));
      }),
    );
    const place = await listen(
      createServer(
        handOn(new URL(url).origin, request =>
          request.headers.authorization === `Basic ${btoa('x-access-token:ghs_secret')}` ? 200 : 401,
        ),
      ),
    );
    const app = {
      githubAppID: '1',
      githubAppPrivateKey: privateKey,
      githubAppBaseURL: `http://${api}/api/v3`,
    };
    await secret('app', { ...app, githubAppInstallationID: '7' });
    const to = `http://${place}/fleet.git`;
    await system.source('app', to, { provider: 'github', secretRef: { name: 'app' } });
    await ready('app');
    await system.source('app-without-provider', to, { secretRef: { name: 'app' } });
    expect(await notReady('app-without-provider', 'InvalidProviderConfiguration')).toMatch(
      /has github app data but provider is not set to github/,
    );
    await system.source('app-without-secret', to, { provider: 'github' });
    await notReady('app-without-secret', 'InvalidProviderConfiguration');
    await secret('app-nowhere', app);
    await system.source('app-nowhere', to, { provider: 'github', secretRef: { name: 'app-nowhere' } });
    expect(await notReady('app-nowhere', 'AuthenticationFailed')).toMatch(
      /app installation owner or ID must be provided/,
    );
    await system.source('tenant', 'https://dev.azure.com/o/p/_git/r', {
      provider: 'azure',
      serviceAccountName: 'me',
    });
    expect(await notReady('tenant', 'FeatureGateDisabled')).toMatch(/ObjectLevelWorkloadIdentity/);
  });

  test('of a commit is of one on the branch, or on any where none is named', async () => {
    const { url, clone } = await system.repository('pinned');
    const first = await clone.push('One', { 'a.yaml': 'a: 1\n' });
    await clone.push('Two', { 'a.yaml': 'a: 2\n' });
    const inClone = (...args: string[]) =>
      git({ args: ['-C', clone.path, ...args], what: 'clone', signal: AbortSignal.timeout(9000) });
    const tree = (await inClone('rev-parse', 'HEAD^{tree}')).toString().trim();
    const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
    const made = (await inClone(...who, 'commit-tree', '-m', 'Of a fork', tree)).toString().trim();
    await inClone('push', '--quiet', 'origin', `${made}:refs/pull/1/head`, `${first}:refs/heads/old`);
    await system.source('on-branch', url, { ref: { branch: 'main', commit: first } });
    await ready('on-branch', `main@sha1:${first}`);
    await system.source('on-any', url, { ref: { commit: first } });
    await ready('on-any', `sha1:${first}`);
    const second = (await inClone('rev-parse', 'HEAD')).toString().trim();
    for (const [name, ref] of Object.entries({
      'of-a-fork': { commit: made },
      'of-another': { branch: 'old', commit: second },
    })) {
      await system.source(name, url, { ref });
      expect(await notReady(name, 'GitOperationFailed')).toMatch(
        /unable to resolve commit object for '.*': it is not on (any branch|old)/,
      );
    }
  });

  test('follows its host with its credentials, and another without', async () => {
    const seen: string[] = [];
    const note = (name: string) => (request: IncomingMessage) => {
      seen.push(`${name} ${request.headers.authorization ?? 'nobody'}`);
      return 200;
    };
    const other = await listen(createServer(handOn(new URL(url).origin, note('other'))));
    const through = handOn(new URL(url).origin, note('home'));
    const home = await listen(
      createServer((request, response) => {
        const [, kind, rest] = /^\/(away|moved)(\/.*)$/.exec(request.url!) ?? [];
        if (kind === undefined) return through(request, response);
        const to = kind === 'away' ? `http://${other}${rest}` : rest;
        return response.writeHead(302, { location: to }).end();
      }),
    );
    await secret('basic', { username: 'me', password: 'hunter2' });
    await system.source('sent-on', `http://${home}/away/fleet.git`, { secretRef: { name: 'basic' } });
    await ready('sent-on');
    expect([...new Set(seen)]).toEqual(['other nobody']);
    await system.source('moved', `http://${home}/moved/fleet.git`, { secretRef: { name: 'basic' } });
    await ready('moved');
    expect([...new Set(seen)]).toEqual(['other nobody', `home Basic ${btoa('me:hunter2')}`]);
  });
});
