import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';

const words: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

/** A file as text. Throws CliError in the words of Go. @param what could not be done */
export async function read(file: string, what: string): Promise<string> {
  return (await readBytes(file, what)).toString('utf8');
}

/** The same, as it is. */
export function readBytes(file: string, what: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    const why = words[error.code ?? ''] ?? error.message;
    throw new CliError(`${what}: ${error.code === 'EISDIR' ? 'read' : 'open'} ${file}: ${why}`);
  });
}
