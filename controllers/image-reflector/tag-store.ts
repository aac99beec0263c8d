import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The tags that were found of each image, on disk: a list may have tens of thousands. */
export interface TagStore {
  /** The tags that an ImageRepository has found of the image; empty where it has found none. */
  tags(repository: string, image: string): string[];
  set(repository: string, image: string, tags: string[]): void;
  remove(repository: string): void;
  close(): void;
}

/** Tags have no line breaks (distribution-spec, "Pulling manifests"). */
const between = '\n';

/**
 * What is lost of it is found again by the next scan: it need not survive a crash of the machine.
 * @param folder is made where it is missing
 */
export function openTagStore(folder: string): TagStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'tags.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  database.exec(
    'CREATE TABLE IF NOT EXISTS tags (repository TEXT PRIMARY KEY, image TEXT NOT NULL, tags TEXT NOT NULL) STRICT',
  );
  const read = database.prepare('SELECT tags FROM tags WHERE repository = ? AND image = ?');
  const write = database.prepare(
    'INSERT INTO tags (repository, image, tags) VALUES (?, ?, ?) ON CONFLICT (repository) DO UPDATE SET image = excluded.image, tags = excluded.tags',
  );
  const remove = database.prepare('DELETE FROM tags WHERE repository = ?');
  return {
    tags(repository, image) {
      const text = String(read.get(repository, image)?.tags ?? '');
      return text === '' ? [] : text.split(between);
    },
    set: (repository, image, tags) => void write.run(repository, image, tags.join(between)),
    remove: repository => void remove.run(repository),
    close: () => database.close(),
  };
}
