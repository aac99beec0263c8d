import type { Duplex } from 'node:stream';
import ssh2, {
  type AgentAuthMethod,
  type Algorithms,
  type ClientChannel,
  type ConnectConfig,
  type PublicKeyAuthMethod,
} from 'ssh2';
import { GitError } from '../errors.ts';
import { InvalidIdentity, parseIdentity } from './identity.ts';
import { InvalidKnownHosts, type KnownHosts, parseKnownHosts } from './known-hosts.ts';
import type { SshPlace } from './place.ts';

/** What the host is told of us, and what we know of it. */
export interface SshCredentials {
  /** A private key as text, and the password that it is encrypted with. */
  identity: string;
  password?: string | undefined;
  /** A file of the name `known_hosts`, as text: a host that it does not know is not talked to. */
  knownHosts: string;
}

/** The same, of a person: an agent has the keys, and is reached at this socket. */
export interface AgentCredentials {
  agent: string;
  knownHosts: string;
}

/** Names of algorithms, the one to prefer first; where a list is empty, those that are thought safe. */
export interface SshAlgorithms {
  kex: string[];
  hostKey: string[];
}

/** A program that runs on the other side. */
export interface SshSession {
  stream: Duplex;
  /** What it has written to its standard error, the start of it. */
  said(): string;
  close(): void;
}

/** A key of RSA is asked for with SHA-2 first. */
const rsa = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];

/** Bytes of standard error that are kept. */
const longestSaying = 64 * 1024;

/** What a host does for us: it gives, or takes. */
export type GitService = 'git-upload-pack' | 'git-receive-pack';

/**
 * Let a host serve the repository to us, in protocol version 2 where the host allows that. The key never leaves this
 * process. Throws GitError, or the reason of the signal.
 * @param sock a connection to the host, where it is not to be reached directly
 */
export async function openService(
  service: GitService,
  place: SshPlace,
  credentials: SshCredentials | AgentCredentials,
  algorithms: SshAlgorithms,
  signal: AbortSignal,
  sock?: Duplex,
): Promise<SshSession> {
  signal.throwIfAborted();
  const known = knownHosts(credentials.knownHosts);
  const client = new ssh2.Client();
  const close = () => client.destroy();
  signal.addEventListener('abort', close, { once: true });
  let objection: string | undefined;
  const config: ConnectConfig = {
    host: place.host,
    port: place.port,
    username: place.user,
    authHandler: [authentication(place.user, credentials)],
    hostVerifier: (key: Buffer) => {
      objection = known.objection(place.host, place.port, key);
      return objection === undefined;
    },
    algorithms: offered(known, place, algorithms),
    // The operation has a time of its own, and ends the connection with it.
    readyTimeout: 0,
    ...(sock ? { sock } : {}),
  };
  try {
    const channel = await connected(client, config, `${service} ${quoted(place.path)}`);
    let said = '';
    channel.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < longestSaying) said += text;
    });
    client.on('error', () => channel.destroy());
    return {
      stream: channel,
      said: () => said,
      close() {
        signal.removeEventListener('abort', close);
        client.end();
        client.destroy();
      },
    };
  } catch (error) {
    client.destroy();
    signal.removeEventListener('abort', close);
    signal.throwIfAborted();
    throw explained(error, objection);
  }
}

function connected(client: ssh2.Client, config: ConnectConfig, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.on('error', reject);
    client.on('close', () => reject(new Error('the host has closed the connection')));
    client.on('ready', () => {
      const options = { env: { GIT_PROTOCOL: 'version=2' } };
      client.exec(command, options, (error, channel) => (error ? reject(error) : resolve(channel)));
    });
    try {
      client.connect(config);
    } catch (error) {
      reject(error);
    }
  });
}

/** As git quotes for the shell of the other side. https://git-scm.com/docs/git-rev-parse#Documentation/git-rev-parse.txt---sq-quote */
function quoted(text: string): string {
  return `'${text.replace(/['!]/g, "'\\$&'")}'`;
}

function authentication(
  username: string,
  credentials: SshCredentials | AgentCredentials,
): AgentAuthMethod | PublicKeyAuthMethod {
  return 'agent' in credentials
    ? { type: 'agent', username, agent: credentials.agent }
    : { type: 'publickey', username, ...identity(credentials) };
}

function identity({ identity, password }: SshCredentials) {
  try {
    return parseIdentity(identity, password);
  } catch (error) {
    if (!(error instanceof InvalidIdentity)) throw error;
    throw new GitError('refused', `unable to construct auth method with options: ${error.message}`);
  }
}

function knownHosts(text: string): KnownHosts {
  try {
    return parseKnownHosts(text);
  } catch (error) {
    if (!(error instanceof InvalidKnownHosts)) throw error;
    throw new GitError('refused', `unable to construct auth method with options: ${error.message}`);
  }
}

/** The host is asked for a key of a kind that is known of it, so that it does not show one that nobody can judge. */
function offered(known: KnownHosts, { host, port }: SshPlace, { kex, hostKey }: SshAlgorithms): Algorithms {
  const types = known.keyTypes(host, port).flatMap(type => (type === 'ssh-rsa' ? rsa : [type]));
  const wanted = hostKey.length > 0 ? hostKey : types;
  // The lists are checked by ssh2, which names what it does not have.
  return {
    ...(kex.length > 0 ? { kex: kex as NonNullable<Algorithms['kex']> & unknown[] } : {}),
    ...(wanted.length > 0
      ? { serverHostKey: wanted as NonNullable<Algorithms['serverHostKey']> & unknown[] }
      : {}),
  };
}

function explained(error: unknown, objection: string | undefined): GitError {
  if (error instanceof GitError) return error;
  if (objection) return new GitError('refused', `ssh: handshake failed: ${objection}`);
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (level === 'client-authentication')
    return new GitError(
      'authentication',
      'ssh: handshake failed: ssh: unable to authenticate, the host does not accept the key',
    );
  if (level === 'handshake' || level === 'protocol' || /algorithm/i.test(message))
    return new GitError('refused', `ssh: handshake failed: ${message}`);
  return new GitError('unreachable', message);
}
