import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Layer } from './layer.ts';

/** A machine that an image is for, as OCI writes it. */
export interface Platform {
  os: 'linux';
  architecture: 'amd64' | 'arm64';
}

export interface Image {
  platform: Platform;
  layers: Layer[];
  /** As in the image configuration: Entrypoint, User, Env, Labels. */
  config: Record<string, unknown>;
}

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: Platform;
  annotations?: Record<string, string>;
}

/**
 * Write an OCI image layout (image-spec 1.1, image-layout.md): one index with an image for each platform, under a name.
 *
 * @param created for who asks when the image was made
 * @returns the digest of the index
 */
export async function writeLayout(
  folder: string,
  images: Image[],
  name: string,
  created: string,
): Promise<string> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(join(part, 'blobs', 'sha256'), { recursive: true });
  const put = async (mediaType: string, bytes: Uint8Array): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    await writeFile(join(part, 'blobs', ...digest.split(':')), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (mediaType: string, value: unknown) => put(mediaType, Buffer.from(JSON.stringify(value)));

  const manifests = [];
  for (const { platform, layers, config } of images) {
    const descriptors = [];
    for (const { bytes } of layers) descriptors.push(await put(types.layer, bytes));
    const history = layers.map(({ about }) => ({ created, created_by: about }));
    const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
    const described = await json(types.config, { created, ...platform, config, rootfs, history });
    const manifest = { schemaVersion: 2, mediaType: types.manifest, config: described, layers: descriptors };
    manifests.push({ ...(await json(types.manifest, manifest)), platform });
  }
  const index = await json(types.index, { schemaVersion: 2, mediaType: types.index, manifests });
  const named = { ...index, annotations: { 'org.opencontainers.image.ref.name': name } };
  await writeFile(join(part, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(join(part, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
  return index.digest;
}
