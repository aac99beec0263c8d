import { spawn } from 'node:child_process';
import { GitError, gitError } from './errors.ts';

export interface GitCommand {
  args: string[];
  /** For error messages: `failed to list references of https://…`. */
  what: string;
  environment?: Record<string, string>;
  input?: string;
  signal: AbortSignal;
  /** Bytes of output that are too many. */
  limit?: number;
}

/** More than any listing of references or files, and less than memory. */
const outputLimit = 512 * 2 ** 20;

/**
 * No configuration but ours, no prompts, no helpers, no protocols but those that are meant: what git does must not
 * depend on the machine that it runs on. https://git-scm.com/docs/git#_environment_variables
 */
const quiet: Record<string, string> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  LC_ALL: 'C',
};

/** Settings as environment variables: they show in no process list. */
export function configuration(settings: [key: string, value: string][]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [i, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${i}`] = key;
    variables[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return variables;
}

/** Run git and return what it writes. Throws GitError with its words; an aborted signal throws its reason. */
export function git(command: GitCommand): Promise<Buffer> {
  const { args, what, environment = {}, input, signal, limit = outputLimit } = command;
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...quiet, ...environment };
    const child = spawn('git', args, { env, signal, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    const out: Buffer[] = [];
    let size = 0;
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > limit) child.kill('SIGKILL');
      else out.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < 64 * 1024) stderr += text;
    });
    child.stdin.on('error', () => {}); // git may end before it has read everything; its exit tells why
    child.on('error', cause => {
      if (signal.aborted) return reject(signal.reason);
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      reject(
        new GitError('other', missing ? 'the git program is not on the PATH' : `${what}: ${cause.message}`, {
          cause,
        }),
      );
    });
    child.on('close', code => {
      if (signal.aborted) return reject(signal.reason);
      if (size > limit) return reject(new GitError('other', `${what}: more than ${limit} bytes of output`));
      if (code !== 0) return reject(gitError(what, stderr));
      resolve(Buffer.concat(out));
    });
    child.stdin.end(input);
  });
}
