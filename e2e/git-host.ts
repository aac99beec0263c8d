import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type GitServer, startGitServer } from '@millrace/cluster';
import { newKeyPair } from '@millrace/git';
import { type HostKind, startTestHost, type TestHost } from '@millrace/git-hosts/testing';
import ssh2 from 'ssh2';

/** A Git host with real repositories behind it: its API and HTTPS at one port, SSH at another. */
export interface GitHost {
  host: TestHost;
  git: GitServer;
  /** For `--ssh-hostname`. */
  sshHostname: string;
  stop(): Promise<void>;
}

export async function startGitHost(kind: HostKind, folder: string): Promise<GitHost> {
  const root = join(folder, 'repositories');
  let host: TestHost | undefined;
  const passwords = () => [
    host?.token,
    ...Object.values(host?.state.repositories ?? {}).flatMap(({ tokens }) =>
      tokens.map(({ token }) => token),
    ),
  ];
  const git = await startGitServer({
    root,
    authenticate: ({ credentials }) => passwords().includes(credentials?.password),
  });
  host = await startTestHost(kind, { tls: true, git });
  const ssh = await startSsh(root, host);
  return {
    host,
    git,
    sshHostname: `127.0.0.1:${(ssh.address() as AddressInfo).port}`,
    async stop() {
      ssh.close();
      await Promise.all([host?.stop(), git.stop()]);
    },
  };
}

/** Lets in who has a deploy key of the repository. */
async function startSsh(root: string, host: TestHost): Promise<ssh2.Server> {
  const { privateKey } = await newKeyPair('ed25519', { bits: 0, curve: 'p384' });
  const server = new ssh2.Server({ hostKeys: [privateKey] }, client => {
    let shown = '';
    client.on('error', () => {});
    client.on('authentication', context => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      shown = context.key.data.toString('base64');
      context.accept();
    });
    client.on('session', accept => {
      accept().on('exec', (acceptExec, reject, { command }) => {
        const [, service = '', name = ''] =
          /^(git-[a-z]+-pack) '\/([\w~/.-]+?)(?:\.git)?'$/.exec(command) ?? [];
        const keys = host.state.repositories[name]?.keys ?? [];
        const isMeant = keys.some(({ key }) => key.split(' ')[1] === shown);
        if (service !== 'git-upload-pack' || !isMeant) return reject();
        const channel = acceptExec();
        const child = spawn(service, [join(root, `${name}.git`)], { stdio: ['pipe', 'pipe', 'ignore'] });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stdin.on('error', () => {});
        child.on('close', code => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}
