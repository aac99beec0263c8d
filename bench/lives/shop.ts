import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isObject, type JsonObject } from '@millrace/json';
import { compareVersions, parseVersion } from '@millrace/semver';
import { parseAll } from '@millrace/yaml';

/** A chart, its versions oldest first, and the values that its releases are given. */
export interface Title {
  name: string;
  versions: string[];
  values: JsonObject;
}

/** The charts of a folder as a repository over HTTP. */
export interface Shop {
  url: string;
  titles: Title[];
  stop(): void;
}

/** A folder of archives `NAME-VERSION.tgz`, and beside them `NAME.yaml`, the values where a chart cannot do without. */
export async function openShop(folder: string): Promise<Shop> {
  const versions = new Map<string, string[]>();
  const entries: Record<string, object[]> = {};
  for (const file of readdirSync(folder).sort()) {
    const dash = file.search(/-v?\d+\.\d+\.\d/);
    if (dash < 1 || !file.endsWith('.tgz')) continue;
    const [name, version] = [file.slice(0, dash), file.slice(dash + 1, -'.tgz'.length)];
    versions.set(name, [...(versions.get(name) ?? []), version]);
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    entries[name] = [...(entries[name] ?? []), { apiVersion: 'v2', name, version, digest, urls: [file] }];
  }
  const index = JSON.stringify({ apiVersion: 'v1', entries });
  const server = createServer((request, response) => {
    const file = (request.url ?? '').slice(1);
    if (file === 'index.yaml') return response.end(index);
    const known = /^[\w.+-]+\.tgz$/.test(file) && existsSync(join(folder, file));
    return known ? response.end(readFileSync(join(folder, file))) : response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    titles: [...versions].map(([name, found]) => ({
      name,
      versions: found.sort((a, b) => compareVersions(parseVersion(a)!, parseVersion(b)!)),
      values: valuesOf(join(folder, `${name}.yaml`)),
    })),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function valuesOf(file: string): JsonObject {
  const [values] = existsSync(file) ? parseAll(readFileSync(file, 'utf8')) : [];
  return isObject(values) ? values : {};
}
