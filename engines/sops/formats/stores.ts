import { unflatten } from '../flat-metadata.ts';
import type { SopsFormat } from '../format.ts';
import { takeMetadata } from '../metadata.ts';
import { Problem } from '../sops-error.ts';
import { Branch } from '../tree.ts';
import { writeBinary } from './binary.ts';
import { readDotenv, takeFlatMetadata, writeDotenv } from './dotenv.ts';
import { readIni } from './ini-read.ts';
import { writeIni } from './ini-write.ts';
import { readJson } from './json-read.ts';
import { writeJson } from './json-write.ts';
import { readYaml } from './yaml-read.ts';
import { writeYaml } from './yaml-write.ts';

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

export const stores: Record<SopsFormat, Store> = {
  yaml: {
    read: readYaml,
    metadata: takeMetadata,
    write: documents => Buffer.from(writeYaml(documents)),
  },
  json,
  binary: { ...json, write: writeBinary },
  dotenv: {
    read: text => [readDotenv(text)],
    metadata: documents => unflatten(takeFlatMetadata(first(documents))),
    write: documents => writeDotenv(first(documents)),
  },
  ini: {
    read: text => [readIni(text)],
    metadata: documents => unflatten(withBreaks(takeMetadata(documents))),
    write: documents => writeIni(first(documents)),
  },
};

/** INI has its metadata in a section, in which `\\n` stands for a line break. */
function withBreaks(section: Branch): Branch {
  const entries = section.pairs.map(({ key, value }) => ({
    key,
    value: typeof value === 'string' ? value.replaceAll('\\n', '\n') : value,
  }));
  return new Branch(entries);
}
