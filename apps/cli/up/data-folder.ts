import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { keepPrivate } from './private.ts';

/** The folder in which `up` keeps everything, held by one process at a time. */
export interface DataFolder {
  path: string;
  /** The port that a service had before; 0 for any. */
  port(service: string): number;
  rememberPort(service: string, url: string): void;
  release(): void;
}

/** Throws CliError when another process that is alive holds the folder. */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  keepPrivate();
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700); // it may be older than this rule
  writeFileSync(join(path, '.gitignore'), '*\n'); // state, keys among it, belongs in no repository
  const lock = join(path, 'lock');
  takeLock(lock, path);
  const portsFile = join(path, 'ports.json');
  const ports = readPorts(portsFile);
  return {
    path,
    port: service => ports[service] ?? 0,
    rememberPort(service, url) {
      ports[service] = Number(new URL(url).port);
      rmSync(`${portsFile}.new`, { recursive: true, force: true });
      writeFileSync(`${portsFile}.new`, JSON.stringify(ports));
      if (!lstatSync(portsFile, { throwIfNoEntry: false })?.isFile())
        rmSync(portsFile, { recursive: true, force: true });
      renameSync(`${portsFile}.new`, portsFile);
    },
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(lock: string, path: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(lock);
    if (isAlive(holder))
      throw new CliError(`${path} is in use by process ${holder}: stop it, or choose another --data-dir`);
    rmSync(lock, { recursive: true, force: true }); // whoever held it was killed
  }
  throw new CliError(`${path} cannot be locked`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process that was killed keeps its number until its parent asks for it: in some containers nobody ever does. */
function hasEnded(pid: number): boolean {
  try {
    // Behind the name, which may hold anything, stands the state (proc_pid_stat(5)).
    return /^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!);
  } catch {
    return false; // no Linux, or gone this very moment: the next attempt tells
  }
}

/** The process that a lock names; NaN where it names none. */
function holderOf(lock: string): number {
  try {
    const text = readFileSync(lock, 'utf8').trim();
    return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  } catch {
    return Number.NaN; // gone meanwhile, or no file at all
  }
}

/** Ports are a convenience: whatever is no port is passed over, and any will do. */
function readPorts(file: string): Record<string, number> {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = Object.entries(read ?? {});
    const isPort = (port: unknown) => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536;
    return Object.fromEntries(entries.filter(([, port]) => isPort(port)));
  } catch {
    return {};
  }
}
