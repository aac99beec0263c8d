import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { AuditEntry } from './audit.ts';
import type { Logger } from './log.ts';

/** A file of one change a line, each a JSON object, that only its owner may read. */
export interface AuditLog {
  write(entry: AuditEntry): void;
  close(): Promise<void>;
}

/** Lines are added to what is there. Throws where the file cannot be written. */
export async function openAuditLog(path: string, log: Logger): Promise<AuditLog> {
  const file = await open(path, 'a', 0o600).catch(cause => {
    throw new Error(`the audit log ${path} cannot be opened (${cause.code})`, { cause });
  });
  const stream = createWriteStream(path, { fd: file });
  stream.on('error', error => log.error({ error, path }, 'the audit log cannot be written'));
  return {
    write: entry => void stream.write(`${JSON.stringify(entry)}\n`),
    close: () => new Promise(resolve => stream.end(() => resolve())),
  };
}
