import { unflatten } from '../flat-metadata.ts';
import type { SopsFormat } from '../format.ts';
import { takeMetadata } from '../metadata.ts';
import { Problem } from '../sops-error.ts';
import type { Branch } from '../tree.ts';
import { writeBinary } from './binary.ts';
import { readDotenv, takeFlatMetadata, writeDotenv } from './dotenv.ts';
import { readJson } from './json-read.ts';
import { writeJson } from './json-write.ts';

/** How a format is read, where it has the metadata, and how it is written. */
export interface Store {
  read(text: string): Branch[];
  /** Takes the metadata out of the documents. */
  metadata(documents: Branch[]): Branch;
  write(documents: readonly Branch[]): Uint8Array;
}

const first = (documents: readonly Branch[]): Branch => {
  const [document] = documents;
  if (document === undefined) throw new Problem('output', 'the text has no document');
  return document;
};

const json: Store = {
  read: text => [readJson(text)],
  metadata: takeMetadata,
  write: documents => Buffer.from(writeJson(first(documents))),
};

const stores: Partial<Record<SopsFormat, Store>> = {
  json,
  binary: { ...json, write: writeBinary },
  dotenv: {
    read: text => [readDotenv(text)],
    metadata: documents => unflatten(takeFlatMetadata(first(documents))),
    write: documents => writeDotenv(first(documents)),
  },
};

export function storeOf(format: SopsFormat): Store {
  const store = stores[format];
  if (store === undefined) throw new Problem('format', `${format} is not read by this version`);
  return store;
}
