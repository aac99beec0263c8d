import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';

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
  mkdirSync(path, { recursive: true });
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
      writeFileSync(`${portsFile}.new`, JSON.stringify(ports));
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
    const holder = Number(readFileSync(lock, 'utf8'));
    if (isAlive(holder))
      throw new CliError(`${path} is in use by process ${holder}: stop it, or choose another --data-dir`);
    rmSync(lock, { force: true }); // whoever held it was killed
  }
  throw new CliError(`${path} cannot be locked`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readPorts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {}; // ports are a convenience: any will do
  }
}
