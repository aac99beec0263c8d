import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export type Service = 'upload-pack' | 'receive-pack';

/** git ended with an error; the message holds what it said. */
export class GitFailed extends Error {
  override name = 'GitFailed';
}

/** Pushes beyond this are refused, here and by git. */
export const largestPush = 2 ** 30;

const nowhere = '/dev/null';
const nothing = 'false';

/**
 * Settings for every git process. Nothing of the user's or the machine's configuration counts, and nothing that a
 * repository says of programs to run: its hooks, monitors, signers, commands. What a server grants that GitOps clients
 * ask for is granted (partial clones, commits by their hash). What git writes is for its owner only.
 */
const settings: readonly [string, string][] = [
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['receive.maxInputSize', String(largestPush)],
  ['receive.denyCurrentBranch', 'refuse'],
  ['receive.autogc', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['core.hooksPath', nowhere],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', nowhere],
  ['core.excludesFile', nowhere],
  ['core.alternateRefsCommand', nothing],
  ['core.sshCommand', nothing],
  ['core.sharedRepository', '0600'],
  ['gpg.program', nothing],
  ['gpg.ssh.program', nothing],
  ['gpg.x509.program', nothing],
  ['protocol.allow', 'never'],
];

function environment(path: string, protocol?: string): NodeJS.ProcessEnv {
  const all = [['safe.directory', path], ['safe.directory', `${path}/.git`], ...settings];
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: nowhere,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(all.length),
    ...(protocol && { GIT_PROTOCOL: protocol }),
  };
  all.forEach(([key, value], i) => {
    env[`GIT_CONFIG_KEY_${i}`] = key;
    env[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  return env;
}

/** A git process that serves one request. */
export interface ServiceProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the process is gone; rejects with GitFailed when it did not end well. */
  readonly ended: Promise<void>;
  /** End it and the processes that it has started; it may clean up. */
  end(): void;
}

interface ServiceRequest {
  readonly path: string;
  readonly service: Service;
  readonly protocol: string | string[] | undefined;
}

/** Start `git upload-pack` or `git receive-pack` for one stateless request. */
export function runService({ path, service, protocol }: ServiceRequest, advertise: boolean): ServiceProcess {
  // The header comes from outside and goes into the environment of git.
  const version = typeof protocol === 'string' && /^[\w=:.-]{1,200}$/.test(protocol) ? protocol : undefined;
  const options = [
    // The very folder, and nothing that it holds.
    ...(service === 'upload-pack' ? ['--strict'] : []),
    '--stateless-rpc',
    ...(advertise ? ['--advertise-refs'] : []),
  ];
  const child = spawn('git', [service, ...options, path], {
    env: environment(path, version),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: what it starts ends with it.
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  stdin.on('error', () => {});
  const ended = settled(child, service, stderr);
  return { stdin, stdout, ended, end: () => endGroup(child, ended) };
}

/** Between being asked to end and being ended. */
const patience = 2000;

function endGroup(child: ChildProcess, ended: Promise<void>): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patience);
  ended.catch(() => {}).finally(() => clearTimeout(timer));
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Run git in a repository; answers with what it printed. Throws GitFailed. */
export async function git(path: string, args: readonly string[]): Promise<string> {
  const child = spawn('git', args, { cwd: path, env: environment(path), stdio: ['ignore', 'pipe', 'pipe'] });
  const [out] = await Promise.all([buffer(child.stdout), settled(child, args[0]!, child.stderr)]);
  return out.toString();
}

function settled(child: ChildProcess, what: string, stderr: Readable): Promise<void> {
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', cause =>
      reject(new GitFailed(`git ${what} could not run: ${cause.message}`, { cause })),
    );
    child.on('close', code =>
      code === 0 ? resolve() : reject(new GitFailed(`git ${what} ended with ${code}: ${said.trim()}`)),
    );
  });
  ended.catch(() => {});
  return ended;
}
