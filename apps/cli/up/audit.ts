import { type AuditEntry, type Logger, openAuditLog } from '@millrace/controller';
import { type Journal, journalOf } from '@millrace/web';

/** Where the changes that reconciles make are written, and what the page shows of them. */
export interface Audit {
  write(entry: AuditEntry): void;
  journal: Journal;
  close(): Promise<void>;
}

/** Throws where the file cannot be written. */
export async function auditTo(path: string, log: Logger): Promise<Audit> {
  const journal = await journalOf(path);
  const file = await openAuditLog(path, log);
  return {
    write(entry) {
      file.write(entry);
      journal.add(entry);
    },
    journal,
    close: file.close,
  };
}
