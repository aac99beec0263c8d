import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type Service = 'upload-pack' | 'receive-pack';

/** git ended with an error; the message holds what it said. */
export class GitFailed extends Error {
  override name = 'GitFailed';
}

/** Pushes beyond this are refused by git. */
const largestPush = '1g';

/**
 * Settings for every git process: nothing of the user's or the machine's configuration, no questions, and what a
 * server grants that GitOps clients ask for (partial clones, commits by their hash).
 */
function environment(path: string, protocol?: string): NodeJS.ProcessEnv {
  const settings = [
    // A mounted checkout may belong to somebody else than this process.
    ['safe.directory', path],
    ['safe.directory', `${path}/.git`],
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['receive.maxInputSize', largestPush],
  ];
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...(protocol && { GIT_PROTOCOL: protocol }),
  };
  settings.forEach(([key, value], i) => {
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
}

interface ServiceRequest {
  readonly path: string;
  readonly service: Service;
  readonly protocol: string | string[] | undefined;
  readonly signal: AbortSignal;
}

/** Start `git upload-pack` or `git receive-pack` for one stateless request. */
export function runService(
  { path, service, protocol, signal }: ServiceRequest,
  advertise: boolean,
): ServiceProcess {
  // The header comes from outside and goes into the environment of git.
  const version = typeof protocol === 'string' && /^[\w=:.-]{1,200}$/.test(protocol) ? protocol : undefined;
  const options = ['--stateless-rpc', ...(advertise ? ['--advertise-refs'] : [])];
  const child = spawn('git', [service, ...options, path], {
    env: environment(path, version),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', cause =>
      reject(new GitFailed(`git ${service} could not run: ${cause.message}`, { cause })),
    );
    child.on('close', code =>
      code === 0 ? resolve() : reject(new GitFailed(`git ${service} ended with ${code}: ${said.trim()}`)),
    );
  });
  ended.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, ended };
}

/** Run git in a repository; answers with what it printed. Throws GitFailed. */
export function git(path: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: path,
      env: environment(path),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    child.on('error', cause =>
      reject(new GitFailed(`git ${args[0]} could not run: ${cause.message}`, { cause })),
    );
    child.on('close', code =>
      code === 0 ? resolve(out) : reject(new GitFailed(`git ${args[0]} ended with ${code}: ${said.trim()}`)),
    );
  });
}
