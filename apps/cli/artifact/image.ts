import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Descriptor, NewBlob, NewManifest } from '@millrace/oci';

/** What an artifact says of itself. */
export interface Metadata {
  source: string;
  revision: string;
  /** RFC 3339. */
  created: string;
  /** These count more than the others. */
  annotations: Readonly<Record<string, string>>;
}

/** An artifact that has one layer. */
export interface Image {
  config: NewBlob;
  manifest: NewManifest;
  digest: string;
}

/** https://github.com/fluxcd/flux2/blob/main/rfcs/0003-kubernetes-oci/README.md */
const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.cncf.flux.config.v1+json',
  layer: 'application/vnd.cncf.flux.content.v1.tar+gzip',
};

const image = 'org.opencontainers.image';

/** The annotations of an artifact by what Flux calls them. */
export const known = {
  created: `${image}.created`,
  source: `${image}.source`,
  revision: `${image}.revision`,
};

/** The artifact that `flux push artifact` makes of a layer, byte by byte. */
export function imageOf(
  layer: Pick<NewBlob, 'digest' | 'size'> & { diffId: string },
  metadata: Metadata,
): Image {
  const annotations = {
    [known.created]: metadata.created,
    [known.source]: metadata.source,
    [known.revision]: metadata.revision,
    ...metadata.annotations,
  };
  const config = blobOf({
    architecture: '',
    created: withoutZeros(annotations[known.created] ?? ''),
    history: [{ created: '0001-01-01T00:00:00Z' }],
    os: '',
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    config: {},
  });
  const described = (mediaType: string, { size, digest }: Pick<Descriptor, 'size' | 'digest'>) => ({
    mediaType,
    size,
    digest,
  });
  const sorted = Object.entries(annotations).sort(([a], [b]) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const bytes = goJson({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: described(types.config, config),
    layers: [described(types.layer, layer)],
    annotations: Object.fromEntries(sorted),
  });
  return { config, manifest: { mediaType: types.manifest, bytes }, digest: digestOf(bytes) };
}

function blobOf(value: object): NewBlob {
  const bytes = goJson(value);
  return { digest: digestOf(bytes), size: bytes.length, read: () => Readable.from([bytes]) };
}

/** As Go's encoding/json escapes it: the bytes decide over the digest. */
function goJson(value: object): Buffer {
  const escaped = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(escaped);
}

/** Go writes no zeros at the end of fractions of a second. */
function withoutZeros(time: string): string {
  const [start = '', rest] = time.split('.', 2);
  if (rest === undefined) return time;
  const zone = /[^0-9].*$/s.exec(rest)?.[0] ?? '';
  const digits = rest.slice(0, rest.length - zone.length).replace(/(?<!0)0+$/, '');
  return start + (digits === '' ? '' : `.${digits}`) + zone;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
