import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registry } from '../registry.ts';
import recorded from './golden/keyless.json' with { type: 'json' };
import { golden } from './site.ts';

type Name = keyof typeof recorded.signatures;

interface Signature {
  config: string;
  /** A bundle of cosign 3, or what cosign 2 signs. */
  layer: string;
  manifest: string;
  tag?: string;
}

const signatures: Record<Name, Signature> = recorded.signatures;

export const layerOf = (name: Name) => signatures[name].layer;

/** The charts that were signed, without their signatures. */
export async function pushCharts(registry: Registry, repository: string): Promise<void> {
  for (const { version, config, manifest } of recorded.charts) {
    await registry.put(repository, golden(`app-${version}.tgz`));
    await registry.put(repository, config);
    await registry.put(repository, manifest, version);
  }
}

/** Put a signature beside its chart, as it was recorded or with another layer. */
export async function sign(registry: Registry, repository: string, name: Name, layer = layerOf(name)) {
  const { config, manifest, tag } = signatures[name];
  await registry.put(repository, config);
  const digest = await registry.put(repository, layer);
  const parsed: { layers: object[] } = JSON.parse(manifest);
  const layers = [{ ...parsed.layers[0], digest, size: Buffer.byteLength(layer) }];
  await registry.put(repository, JSON.stringify({ ...parsed, layers }), ...(tag ? [tag] : []));
}

/** The TUF repository that has the root of trust of those who signed, and how cosign is told of it. */
export async function startTuf(): Promise<{ env: Record<string, string>; stop(): Promise<void> }> {
  const files: Record<string, string> = recorded.tuf;
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tuf-'));
  const root = join(folder, 'root.json');
  await writeFile(root, files['1.root.json'] ?? '');
  const server = createServer(({ url = '' }, response) => {
    const file = files[url.slice(1)];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { TUF_MIRROR: `http://127.0.0.1:${port}`, TUF_ROOT_JSON: root },
    async stop() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
}
