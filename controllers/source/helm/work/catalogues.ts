import { readFile } from 'node:fs/promises';
import { type Candidate, findChartVersion } from '@millrace/helm';
import { isObject, type Json } from '@millrace/json';

/** What is needed of a version of a chart to choose it and to fetch it. */
export interface Listed extends Candidate {
  name: string;
  url: string | undefined;
  digest: string | undefined;
}

type Catalogue = Map<string, Listed[]>;

/** Indexes that are kept, and versions in all of them. */
const most = { indexes: 16, versions: 200_000 };

/** Indexes of repositories, each read once for all charts of it while it is in use. */
export class Catalogues {
  /** By the digest of the artifact, the one that was used last at the end. */
  readonly #read = new Map<string, { catalogue: Catalogue; versions: number }>();

  /**
   * The version, and whether the index had been read before.
   * @param index the artifact of a HelmRepository, which is JSON
   * @throws ChartError and BadConstraint where there is no such version
   */
  async find(
    index: { file: string; digest: string },
    chart: string,
    version: string,
  ): Promise<Listed & { wasRead: boolean }> {
    const known = this.#read.get(index.digest);
    const found = known ?? (await read(index.file));
    this.#read.delete(index.digest);
    this.#read.set(index.digest, found);
    this.#forget();
    const listed = findChartVersion(found.catalogue.get(chart), chart, version);
    return { ...listed, wasRead: known !== undefined };
  }

  #forget(): void {
    let left = [...this.#read.values()].reduce((sum, { versions }) => sum + versions, 0);
    for (const [digest, { versions }] of this.#read) {
      if (this.#read.size === 1 || (this.#read.size <= most.indexes && left <= most.versions)) return;
      left -= versions;
      this.#read.delete(digest);
    }
  }
}

async function read(file: string): Promise<{ catalogue: Catalogue; versions: number }> {
  const value = JSON.parse(await readFile(file, 'utf8')) as Json;
  const entries = isObject(value) && isObject(value.entries) ? value.entries : {};
  const catalogue: Catalogue = new Map();
  let count = 0;
  for (const [chart, list] of Object.entries(entries)) {
    const versions = (Array.isArray(list) ? list : []).flatMap(listed);
    count += versions.length;
    catalogue.set(chart, versions);
  }
  return { catalogue, versions: count };
}

function listed(value: Json): Listed[] {
  if (!isObject(value)) return [];
  const { name, version, created, urls, digest } = value;
  if (typeof name !== 'string' || typeof version !== 'string') return [];
  const [url] = Array.isArray(urls) ? urls : [];
  return [
    {
      name,
      version,
      ...(typeof created === 'string' ? { created } : {}),
      url: typeof url === 'string' ? url : undefined,
      digest: typeof digest === 'string' ? digest : undefined,
    },
  ];
}
