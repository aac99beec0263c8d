import { type ChildProcess, spawn } from 'node:child_process';
import { type Duplex, pipeline, type Readable, type Writable } from 'node:stream';
import { GitError, gitError } from './errors.ts';

export type Setting = [key: string, value: string];

export interface GitCommand {
  args: string[];
  /** For error messages: `unable to clone 'https://…'`. */
  what: string;
  /** Configuration beyond our own; it shows in no process list. */
  settings?: Setting[];
  environment?: Record<string, string>;
  input?: string | Uint8Array;
  signal: AbortSignal;
  /** Bytes of output that are too many. */
  limit?: number;
  /** The exit codes that are no failure: 0, unless it is said. */
  codes?: number[];
  /** What must not stand in an error even where git or a server repeats it. */
  secrets?: (string | undefined)[];
  /** Speaks to the other side in place of a program `ssh`. */
  wire?: Wire | undefined;
}

/** A connection that git speaks through and does not make. */
export interface Wire {
  stream: Duplex;
  /** What the other side has to say beside it, for errors. */
  said(): string;
}

/** More than any listing of references or files, and less than memory. */
const outputLimit = 64 * 2 ** 20;

/**
 * No configuration but ours, no prompts, no helpers, no protocols but those that are meant: what git does must not
 * depend on the machine that it runs on. https://git-scm.com/docs/git#_environment_variables
 */
const quiet: Record<string, string> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_SSH_COMMAND: 'false',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_EDITOR: 'false',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
};

/**
 * What a repository may name a program for, or a file that says more. These stand above the configuration of any
 * repository; where a key has a name in its middle (filter.*.clean), none is obeyed because no configuration of
 * another's is read at all.
 */
const closed: Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.alternateRefsCommand', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.askPass', 'true'],
  ['core.untrackedCache', 'false'],
  ['core.commitGraph', 'false'],
  ['uploadpack.packObjectsHook', ''],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['gpg.program', 'false'],
  ['commit.gpgSign', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['transfer.bundleURI', 'false'],
  ['log.showSignature', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['safe.directory', '*'],
];

function configuration(settings: Setting[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [i, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${i}`] = key;
    variables[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return variables;
}

/**
 * What git starts in place of `ssh`: it hands on what git says to the fourth file and back from the third, the ends of
 * a wire, and holds neither longer than it needs to. What git adds as arguments, a host and a command, is not looked
 * at. `dd` reads and writes; a `cat` that has the kernel copy (sendfile, splice) keeps git from the pipe while it waits for
 * the other side.
 */
const wired: Record<string, string> = {
  GIT_SSH_COMMAND:
    'exec 2>/dev/null; wire() { dd bs=65536 <&3 3<&- 4>&- & exec dd bs=65536 >&4 3<&- 4>&-; }; wire',
  GIT_SSH_VARIANT: 'ssh',
};

/** A git that runs. */
export interface GitProcess {
  stdin: Writable;
  stdout: Readable;
  /** Resolves when it has ended well. Rejects with GitError in its words, or with the reason of an aborted signal. */
  ended: Promise<void>;
  /** End it, and whatever it has started. */
  kill(): void;
}

/** Start git; an aborted signal ends it and all that it has started. */
export function startGit(command: Omit<GitCommand, 'input' | 'limit'>): GitProcess {
  const { args, what, settings = [], environment = {}, signal, secrets, wire, codes = [0] } = command;
  signal.throwIfAborted();
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    ...quiet,
    ...configuration([...closed, ...settings]),
    ...environment,
    ...(wire ? wired : {}),
  };
  // git starts others (remote-https, index-pack): as a group of their own they end together.
  const child = spawn('git', args, {
    env,
    stdio: ['pipe', 'pipe', 'pipe', ...(wire ? ['pipe' as const, 'pipe' as const] : [])],
    windowsHide: true,
    detached: true,
  });
  const { stdin, stdout, stderr: errors } = child;
  if (!stdin || !stdout || !errors) throw new TypeError('a child that was given pipes has none');
  if (wire) connect(wire.stream, child);
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  running.add(kill);
  let stderr = '';
  errors.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < 64 * 1024) stderr += text;
  });
  stdin.on('error', () => {}); // git may end before it has read everything; its exit tells why
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', cause => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      const message = missing ? 'the git program is not on the PATH' : `${what}: ${cause.message}`;
      reject(signal.aborted ? signal.reason : new GitError('other', message, { cause }));
    });
    child.on('close', code => {
      if (signal.aborted) reject(signal.reason);
      else if (!codes.includes(code ?? -1))
        reject(gitError(what, `${wire?.said() ?? ''}\n${stderr}`, secrets));
      else resolve();
    });
  }).finally(() => {
    running.delete(kill);
    signal.removeEventListener('abort', kill);
  });
  ended.catch(() => {}); // whoever reads the output first may never come to wait for the end
  return { stdin, stdout, ended, kill };
}

/** The ends of the wire are the third and fourth file of the child. */
function connect(stream: Duplex, { stdio: [, , , toGit, fromGit] }: ChildProcess): void {
  if (!toGit || !fromGit || !('write' in toGit) || !('read' in fromGit)) return;
  // Whichever ends first ends the other; why is told by git, or by the other side.
  pipeline(stream, toGit, () => {});
  pipeline(fromGit, stream, () => {});
}

/** Groups outlive this process unless they are told. */
const running = new Set<() => void>();
process.on('exit', () => {
  for (const kill of running) kill();
});

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Run git and return what it writes. Throws GitError with its words; an aborted signal throws its reason. */
export async function git(command: GitCommand): Promise<Buffer> {
  const { what, input, limit = outputLimit } = command;
  const running = startGit(command);
  running.stdin.end(input);
  const out: Buffer[] = [];
  let size = 0;
  running.stdout.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > limit) running.kill();
    else out.push(chunk);
  });
  try {
    await running.ended;
  } catch (error) {
    if (size > limit) throw new GitError('other', `${what}: more than ${limit} bytes of output`);
    throw error;
  }
  if (size > limit) throw new GitError('other', `${what}: more than ${limit} bytes of output`);
  return Buffer.concat(out);
}
