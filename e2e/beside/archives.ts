import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** Archives under their digests, over HTTP: what a source-controller would serve. */
export interface ArtifactServer {
  put(files: ReadonlyMap<string, string>): Promise<{ url: string; digest: string; size: number }>;
  stop(): Promise<void>;
}

export async function serveArtifacts(): Promise<ArtifactServer> {
  const archives = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const found = archives.get(request.url ?? '');
    response.writeHead(found ? 200 : 404).end(found);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async put(files) {
      const archive = pack();
      for (const [name, text] of files) archive.entry({ name, mtime: new Date(0) }, text);
      archive.finalize();
      const bytes = gzipSync(
        Buffer.concat(await Array.fromAsync<Uint8Array>(archive as AsyncIterable<Uint8Array>)),
      );
      const digest = createHash('sha256').update(bytes).digest('hex');
      archives.set(`/${digest}.tar.gz`, bytes);
      const url = `http://127.0.0.1:${port}/${digest}.tar.gz`;
      return { url, digest: `sha256:${digest}`, size: bytes.length };
    },
    stop: () => new Promise(resolve => server.close(() => resolve())),
  };
}
