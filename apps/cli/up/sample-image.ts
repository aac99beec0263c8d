import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LocalRegistry } from './local-registry.ts';

/** The image that the sample fleet runs and follows; nobody is asked for it but the registry of this machine. */
const image = { host: 'registry.example.com', path: 'shop/api', tag: '1.4.2' };

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** OCI image-spec, "Guidance for an Empty Descriptor": what has no content of its own. */
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/**
 * Give the registry the image that the sample fleet has from the start, so that it is there to get other tags.
 * @returns where the registry of the fleet is in truth
 */
export async function seedImage(local: LocalRegistry, signal: AbortSignal) {
  const digest = `sha256:${createHash('sha256').update(empty.bytes).digest('hex')}`;
  const { mediaType } = empty;
  const config = { mediaType, digest, size: empty.bytes.length };
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [config] };
  await local.within(image.path, async to => {
    await to.pushBlob({ digest, size: config.size, read: () => Readable.from([empty.bytes]) }, signal);
    const bytes = Buffer.from(JSON.stringify(manifest));
    await to.pushManifest(image.tag, { mediaType: manifestType, bytes }, signal);
  });
  return { from: `oci://${image.host}`, to: `oci://${local.host}` };
}

/** How another tag is given to it. */
export function tagging({ host, registry }: LocalRegistry, tag: string): string {
  const { path, tag: first } = image;
  return `millrace tag artifact oci://${host}/${path}:${first} --tag ${tag} --creds millrace:${registry.token}`;
}
