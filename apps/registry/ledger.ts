import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A manifest as it was pushed, and what the registry answers questions by. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** The digest of the manifest that it refers to. */
  readonly subject: string | undefined;
  readonly artifactType: string | undefined;
}

/** Which repositories there are, and what is in them; the bytes of blobs lie elsewhere. Every change is on the disk when it returns. */
export interface Ledger {
  hasRepository(name: string): boolean;
  hasBlob(repository: string, digest: string): boolean;
  /** Some repository has it. */
  knowsBlob(digest: string): boolean;
  addBlob(repository: string, digest: string): void;
  /** Returns whether there was one. */
  removeBlob(repository: string, digest: string): boolean;
  /** Of all repositories, each once. */
  blobs(): Iterable<string>;
  resolveTag(repository: string, tag: string): string | undefined;
  manifest(repository: string, digest: string): Manifest | undefined;
  hasManifest(repository: string, digest: string): boolean;
  putManifest(repository: string, manifest: Manifest, tags: readonly string[]): void;
  /** With the tags that point at it. Returns whether there was one. */
  removeManifest(repository: string, digest: string): boolean;
  removeTag(repository: string, tag: string): boolean;
  /** In the order of their bytes, after one that is left out. */
  tags(repository: string, after: string, most: number): string[];
  repositories(after: string, most: number): string[];
  /** Those that refer to a manifest, by their digests. */
  referrers(repository: string, subject: string, filter: ReferrerFilter): Manifest[];
  /** Whatever lies below a path. The bytes of blobs stay until they are swept. */
  forget(path: string): void;
  close(): void;
}

export interface ReferrerFilter {
  readonly artifactType: string | undefined;
  readonly after: string;
  readonly most: number;
}

const layout = 1;

const tables = `
  CREATE TABLE IF NOT EXISTS repository (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS blob (
    digest TEXT NOT NULL, repository INTEGER NOT NULL, PRIMARY KEY (digest, repository)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS manifest (
    repository INTEGER NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, subject TEXT, artifact_type TEXT,
    bytes BLOB NOT NULL, PRIMARY KEY (repository, digest));
  CREATE INDEX IF NOT EXISTS referrer ON manifest (repository, subject, digest) WHERE subject IS NOT NULL;
  CREATE TABLE IF NOT EXISTS tag (
    repository INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, name)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS tagged ON tag (repository, digest);
  PRAGMA user_version = ${layout};`;

/**
 * @param told of a ledger that cannot be read: it is set aside, and one is made anew
 */
export function openLedger(file: string, told: (text: string) => void): Ledger {
  try {
    return new SqliteLedger(open(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Then it is whole, and somebody else's.
    if (reason.includes('locked'))
      throw new Error(`the registry in ${file} is in use by another process`, { cause });
    const aside = `${file}.damaged`;
    for (const ending of ['', '-wal', '-shm']) {
      rmSync(`${aside}${ending}`, { recursive: true, force: true });
      if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${aside}${ending}`);
    }
    told(
      `the registry's ledger cannot be read (${reason}): it was set aside as ${aside}, and everything has to be pushed again`,
    );
    return new SqliteLedger(open(file));
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec(
      'PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE; COMMIT;',
    );
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version !== 0 && version !== layout)
      throw new Error(`its layout is version ${version}, this program knows ${layout}`);
    db.exec(tables);
    const said = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (said !== 'ok') throw new Error(String(said));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const inRepository = 'repository = (SELECT id FROM repository WHERE name = ?)';
const columns = 'digest, media_type, bytes, subject, artifact_type';

class SqliteLedger implements Ledger {
  readonly #db: DatabaseSync;
  /** By their text: there are some twenty. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  hasRepository(name: string): boolean {
    return this.#one('SELECT 1 FROM repository WHERE name = ?', name) !== undefined;
  }

  hasBlob(repository: string, digest: string): boolean {
    return (
      this.#one(`SELECT 1 FROM blob WHERE digest = ? AND ${inRepository}`, digest, repository) !== undefined
    );
  }

  knowsBlob(digest: string): boolean {
    return this.#one('SELECT 1 FROM blob WHERE digest = ? LIMIT 1', digest) !== undefined;
  }

  addBlob(repository: string, digest: string): void {
    this.#whole(() =>
      this.#run('INSERT INTO blob VALUES (?, ?) ON CONFLICT DO NOTHING', digest, this.#idOf(repository)),
    );
  }

  removeBlob(repository: string, digest: string): boolean {
    return this.#run(`DELETE FROM blob WHERE digest = ? AND ${inRepository}`, digest, repository) > 0;
  }

  *blobs(): Iterable<string> {
    for (const row of this.#prepared('SELECT DISTINCT digest FROM blob').iterate()) yield String(row.digest);
  }

  resolveTag(repository: string, tag: string): string | undefined {
    const row = this.#one(`SELECT digest FROM tag WHERE ${inRepository} AND name = ?`, repository, tag);
    return row && String(row.digest);
  }

  manifest(repository: string, digest: string): Manifest | undefined {
    const row = this.#one(
      `SELECT ${columns} FROM manifest WHERE ${inRepository} AND digest = ?`,
      repository,
      digest,
    );
    return row && manifestOf(row);
  }

  hasManifest(repository: string, digest: string): boolean {
    return (
      this.#one(`SELECT 1 FROM manifest WHERE ${inRepository} AND digest = ?`, repository, digest) !==
      undefined
    );
  }

  putManifest(repository: string, manifest: Manifest, tags: readonly string[]): void {
    const { digest, mediaType, bytes, subject = null, artifactType = null } = manifest;
    this.#whole(() => {
      const id = this.#idOf(repository);
      this.#run(
        `INSERT INTO manifest (repository, digest, media_type, subject, artifact_type, bytes) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET media_type = excluded.media_type, subject = excluded.subject,
           artifact_type = excluded.artifact_type, bytes = excluded.bytes`,
        ...[id, digest, mediaType, subject, artifactType, bytes],
      );
      for (const tag of tags)
        this.#run(
          'INSERT INTO tag VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest',
          id,
          tag,
          digest,
        );
    });
  }

  removeManifest(repository: string, digest: string): boolean {
    return this.#whole(() => {
      this.#run(`DELETE FROM tag WHERE ${inRepository} AND digest = ?`, repository, digest);
      return this.#run(`DELETE FROM manifest WHERE ${inRepository} AND digest = ?`, repository, digest) > 0;
    });
  }

  removeTag(repository: string, tag: string): boolean {
    return this.#run(`DELETE FROM tag WHERE ${inRepository} AND name = ?`, repository, tag) > 0;
  }

  tags(repository: string, after: string, most: number): string[] {
    return this.#names(
      `SELECT name FROM tag WHERE ${inRepository} AND name > ? ORDER BY name LIMIT ?`,
      ...[repository, after, most],
    );
  }

  repositories(after: string, most: number): string[] {
    return this.#names('SELECT name FROM repository WHERE name > ? ORDER BY name LIMIT ?', after, most);
  }

  referrers(repository: string, subject: string, { artifactType, after, most }: ReferrerFilter): Manifest[] {
    const type = artifactType === undefined ? '' : 'AND artifact_type = ?';
    const filter = artifactType === undefined ? [] : [artifactType];
    const rows = this.#prepared(
      `SELECT ${columns} FROM manifest WHERE ${inRepository} AND subject = ? AND digest > ? ${type} ORDER BY digest LIMIT ?`,
    ).all(repository, subject, after, ...filter, most);
    return rows.map(manifestOf);
  }

  forget(path: string): void {
    const below = '(SELECT id FROM repository WHERE name >= ? AND name < ?)';
    // A zero comes right behind a slash.
    const range = [`${path}/`, `${path}0`];
    this.#whole(() => {
      for (const table of ['tag', 'manifest', 'blob'])
        this.#run(`DELETE FROM ${table} WHERE repository IN ${below}`, ...range);
      this.#run('DELETE FROM repository WHERE name >= ? AND name < ?', ...range);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** Of a repository that is there from now on. */
  #idOf(name: string): number {
    this.#run('INSERT INTO repository (name) VALUES (?) ON CONFLICT DO NOTHING', name);
    return Number(this.#one('SELECT id FROM repository WHERE name = ?', name)?.id);
  }

  #names(sql: string, ...values: SQLInputValue[]): string[] {
    return this.#prepared(sql)
      .all(...values)
      .map(({ name }) => String(name));
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  #whole<T>(act: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

type Row = Record<string, unknown>;

function manifestOf(row: Row): Manifest {
  return {
    digest: String(row.digest),
    mediaType: String(row.media_type),
    bytes: row.bytes instanceof Uint8Array ? row.bytes : new Uint8Array(),
    subject: textOf(row.subject),
    artifactType: textOf(row.artifact_type),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
