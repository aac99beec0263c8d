import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program under test, as users start it. */
const main = fileURLToPath(new URL('../apps/cli/bin.js', import.meta.url));

/** A run of `millrace`, as a process of its own. */
export interface Running {
  process: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves with the first match in what it prints; rejects when it ends without one. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Ask it to end, and wait until it has. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export function millrace(
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Running {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  let output = '';
  const waiting = new Set<() => void>();
  const heard = (text: string) => {
    output += text;
    for (const look of waiting) look();
  };
  child.stdout.setEncoding('utf8').on('data', heard);
  child.stderr.setEncoding('utf8').on('data', heard);
  const ended = new Promise<number | NodeJS.Signals>(resolve =>
    child.on('close', (code, signal) => resolve(code ?? signal!)),
  );
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    process: child,
    output: () => output,
    ended,
    saw: pattern =>
      new Promise((resolve, reject) => {
        let seen = 0;
        const look = () => {
          // What was printed long ago has been looked through already.
          const match = pattern.exec(output.slice(Math.max(0, seen - 10_000)));
          seen = output.length;
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then(how =>
          reject(new Error(`ended with ${how} before it printed ${pattern}:\n${output}`)),
        );
      }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
