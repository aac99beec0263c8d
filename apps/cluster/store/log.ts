import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreUnusable } from '../errors.ts';
import { touchPrivate } from '../private-files.ts';

/** One write as it stands in the log: the object after it, or the object's last state if it was deleted. */
export interface LogRecord {
  readonly revision: number;
  readonly resource: string;
  readonly deleted: boolean;
  readonly json: string;
}

/** Where revisions go to last. */
export interface RevisionLog {
  /** The revision up to which superseded records are gone. */
  readonly compacted: number;
  /** All records, oldest first. */
  replay(): Iterable<LogRecord>;
  /** Make all of these records durable, or throw and keep none. */
  write(records: readonly LogRecord[]): void;
  /** Forget these records and remember that history starts after `upTo`. */
  compact(upTo: number, superseded: readonly number[]): void;
  close(): void;
}

/** The log of a cluster that lives in memory only. */
export function forgetfulLog(): RevisionLog {
  return { compacted: 0, replay: () => [], write() {}, compact() {}, close() {} };
}

const layoutVersion = 1;

/**
 * Open the log in a file.
 *
 * Write-ahead log with synchronous=NORMAL: a commit has left the process for the kernel when it returns, so that
 * SIGKILL at any moment loses nothing that was acknowledged, and a transaction is whole or absent after any crash
 * (https://sqlite.org/wal.html). A power cut may take the last instants with it, never the consistency; a fsync for
 * each commit would buy those at two thirds of the throughput.
 *
 * The lock is exclusive: two servers on one store would hand out the same revisions.
 */
export function openLog(file: string): RevisionLog {
  return new SqliteLog(open(file));
}

function open(file: string): DatabaseSync {
  try {
    // What sqlite puts beside it has the mode of the file.
    touchPrivate(file);
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
      CREATE TABLE IF NOT EXISTS log (revision INTEGER PRIMARY KEY, resource TEXT NOT NULL, deleted INTEGER NOT NULL, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT INTO meta VALUES ('layout', ${layoutVersion}) ON CONFLICT DO NOTHING;`);
    const layout = readMeta(db, 'layout');
    if (layout !== layoutVersion)
      throw new Error(`its layout is version ${layout}, this program knows ${layoutVersion}`);
    return db;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = reason.includes('locked') ? '; another process serves from it' : '';
    throw new StoreUnusable(`cannot open the store ${file}: ${reason}${hint}`, { cause });
  }
}

function readMeta(db: DatabaseSync, key: string): number {
  return Number(db.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value ?? 0);
}

class SqliteLog implements RevisionLog {
  compacted: number;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #setCompacted: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare('INSERT INTO log VALUES (?, ?, ?, ?)');
    this.#remove = db.prepare('DELETE FROM log WHERE revision = ?');
    this.#setCompacted = db.prepare(
      "INSERT INTO meta VALUES ('compacted', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    this.compacted = readMeta(db, 'compacted');
  }

  *replay(): Iterable<LogRecord> {
    for (const row of this.#db
      .prepare('SELECT revision, resource, deleted, json FROM log ORDER BY revision')
      .iterate()) {
      yield {
        revision: Number(row.revision),
        resource: String(row.resource),
        deleted: row.deleted === 1,
        json: String(row.json),
      };
    }
  }

  write(records: readonly LogRecord[]): void {
    this.#whole(() => {
      for (const { revision, resource, deleted, json } of records)
        this.#insert.run(revision, resource, deleted ? 1 : 0, json);
    });
  }

  compact(upTo: number, superseded: readonly number[]): void {
    this.#whole(() => {
      for (const revision of superseded) this.#remove.run(revision);
      this.#setCompacted.run(upTo);
    });
    this.compacted = upTo;
  }

  close(): void {
    this.#db.close();
  }

  #whole(act: () => void): void {
    this.#db.exec('BEGIN');
    try {
      act();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
