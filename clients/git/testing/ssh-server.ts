import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';

/** Keys in `golden/keys`, by name; with `.pub` the public one. */
export const goldenKey = (name: string): string =>
  readFileSync(new URL(`../golden/keys/${name}`, import.meta.url), 'utf8');

export interface SshServer {
  host: string;
  port: number;
  user: string;
  stop(): Promise<void>;
}

export interface SshServerOptions {
  /** For what it keeps. */
  folder: string;
  /** Names of golden keys: of the host, and of who may enter. */
  hostKeys: string[];
  clientKeys: string[];
}

const sshd = '/usr/sbin/sshd';

/** Debian's, where it is installed. */
export const hasSshd = existsSync(sshd);

/** The real one, for the user that runs the tests. */
export async function startSshd({ folder, hostKeys, clientKeys }: SshServerOptions): Promise<SshServer> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const port = await freePort();
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map(name => `HostKey ${write(name, goldenKey(name))}`),
    `AuthorizedKeysFile ${write('authorized_keys', clientKeys.map(name => goldenKey(`${name}.pub`)).join(''))}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'AcceptEnv GIT_PROTOCOL',
  ];
  const child = spawn(sshd, ['-D', '-e', '-f', write('sshd_config', `${lines.join('\n')}\n`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  await answers(port, child, () => said);
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function answers(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) throw new Error(`sshd has ended: ${said()}`);
    const socket = connect(port, '127.0.0.1');
    const isThere = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await sleep(25);
  }
  throw new Error(`sshd does not answer: ${said()}`);
}

/** That of ssh2, which is there where the other is not. */
export async function startSsh2Server({ hostKeys, clientKeys }: SshServerOptions): Promise<SshServer> {
  const allowed = clientKeys.map(name => Buffer.from(goldenKey(`${name}.pub`).split(' ')[1]!, 'base64'));
  const server = new ssh2.Server({ hostKeys: hostKeys.map(goldenKey) }, client => {
    client.on('error', () => {});
    client.on('authentication', context => {
      if (context.method === 'publickey' && allowed.some(key => key.equals(context.key.data)))
        context.accept();
      else context.reject(['publickey']);
    });
    client.on('session', accept => {
      accept().on('exec', (acceptExec, _, { command }) => {
        const channel = acceptExec();
        const child = spawn('sh', ['-c', command], { stdio: 'pipe' });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.stdin.on('error', () => {});
        child.on('close', code => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    user: 'git',
    stop: () => new Promise(resolve => server.close(() => resolve())),
  };
}

/** A repository with one commit on `main`. Returns the commit. */
export function makeRepository(
  folder: string,
  files: Record<string, string> = { 'a.yaml': 'a: 1\n' },
): string {
  mkdirSync(folder, { recursive: true });
  const run = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    })
      .toString()
      .trim();
  run('init', '--quiet', '--initial-branch=main');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  run('add', '--all');
  run('commit', '--quiet', '--message=Start');
  return run('rev-parse', 'HEAD');
}
