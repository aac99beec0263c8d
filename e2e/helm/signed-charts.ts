import { generateKeyPairSync, sign } from 'node:crypto';
import { digestOf } from '../../apps/registry/testing/client.ts';
import type { Registry } from '../registry.ts';
import notation from './golden/notation.json' with { type: 'json' };
import { golden } from './site.ts';

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Charts in a registry, signed as cosign 2 signs with a key: its signature is another artifact, under a tag. */
export function signedCharts(registry: Registry) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    /** @param file one of the golden charts */
    push(repository: string, version: string, file: string): Promise<string> {
      return registry.push(repository, version, [{ mediaType: chartLayer, bytes: golden(file) }]);
    },
    async sign(repository: string, digest: string): Promise<void> {
      const payload = JSON.stringify({
        critical: {
          identity: { 'docker-reference': `${registry.host}/${repository}` },
          image: { 'docker-manifest-digest': digest },
          type: 'cosign container image signature',
        },
        optional: null,
      });
      const signature = sign('sha256', Buffer.from(payload), privateKey).toString('base64');
      const layer = {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        digest: await registry.put(repository, payload),
        size: payload.length,
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      };
      const config = { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2 };
      const manifest = {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { ...config, digest: await registry.put(repository, '{}') },
        layers: [layer],
      };
      await registry.put(repository, JSON.stringify(manifest), `${digest.replace(':', '-')}.sig`);
    },
  };
}

/**
 * Put the charts that notation has signed into a registry, or not signed (2.0.0-rc.1).
 * @param moved the signature of this version is put beside that chart too
 */
export async function pushNotationCharts(
  registry: Registry,
  repository: string,
  moved?: { from: string; to: string },
): Promise<void> {
  for (const version of ['1.0.0', '1.1.0', '2.0.0-rc.1'])
    await registry.put(repository, golden(`app-${version}.tgz`));
  const put: { tag?: string; text?: string; base64?: string }[] = notation;
  const digests = new Map(put.map(({ tag, text = '' }) => [tag, digestOf(text)]));
  for (const { tag, text, base64 = '' } of put) {
    await registry.put(repository, text ?? Buffer.from(base64, 'base64'), ...(tag ? [tag] : []));
    const [from, to] = [digests.get(moved?.from), digests.get(moved?.to)];
    if (from && to && text?.includes(`"subject"`) && text.includes(from))
      await registry.put(repository, text.replace(from, to));
  }
}
