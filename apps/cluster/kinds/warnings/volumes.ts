import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { claimWarnings } from './claims.ts';

/** Kinds of volumes that nobody should begin with. Source of the table: Kubernetes, pkg/api/pod. */
const deprecated: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

/** As errors name a field, where that is not as it is written. */
const shownAs: Readonly<Record<string, string>> = { storageos: 'storageOS' };

export function deprecatedVolumeWarnings(
  holder: JsonObject,
  at: string,
  among: readonly string[] = Object.keys(deprecated),
): string[] {
  return among
    .filter(kind => (holder[kind] ?? null) !== null)
    .map(kind => `${at}.${shownAs[kind] ?? kind}: ${deprecated[kind]}`);
}

export function volumeWarnings(spec: JsonObject, at: string): string[] {
  const volumes = objectsAt(spec, 'volumes');
  return [
    ...volumes.flatMap((volume, i) => {
      const field = `${at}.volumes[${i}]`;
      const claim = objectAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
      return [
        ...deprecatedVolumeWarnings(volume, field),
        ...claimWarnings(claim, `${field}.ephemeral.volumeClaimTemplate.spec`),
      ];
    }),
    ...volumes.flatMap(overlapWarnings),
  ];
}

/** A file in a volume, and of what it is made, where a volume is made of several things. */
interface File {
  readonly path: string;
  readonly source: string;
}

function overlapWarnings(volume: JsonObject): string[] {
  const name = textAt(volume, 'name');
  const told = (what: string, files: readonly File[]) =>
    overlaps(files).map(overlap => `volume "${name}" (${what}): overlapping paths: ${overlap}`);
  const map = textAt(volume, 'configMap', 'name');
  const secret = textAt(volume, 'secret', 'secretName');
  const sources = objectsAt(volume, 'projected', 'sources');
  return [
    ...told(`ConfigMap "${map}"`, items(objectAt(volume, 'configMap'), '')),
    ...told(`Secret "${secret}"`, items(objectAt(volume, 'secret'), '')),
    ...told('DownwardAPI', items(objectAt(volume, 'downwardAPI'), '')),
    ...sources
      .filter(source => Object.keys(source).length === 0)
      .map(() => `volume "${name}" (Projected) has no sources provided`),
    ...told('Projected', sources.flatMap(projectedFiles)),
  ];
}

function items(source: JsonObject, shown: string): File[] {
  return objectsAt(source, 'items').map(item => ({ path: textAt(item, 'path'), source: shown }));
}

function projectedFiles(source: JsonObject): File[] {
  const bundle = objectAt(source, 'clusterTrustBundle');
  const certificate = objectAt(source, 'podCertificate');
  const file = (holder: JsonObject, key: string, shown: string): File[] =>
    textAt(holder, key) === '' ? [] : [{ path: textAt(holder, key), source: shown }];
  return [
    ...items(objectAt(source, 'configMap'), `ConfigMap "${textAt(source, 'configMap', 'name')}"`),
    ...items(objectAt(source, 'secret'), `Secret "${textAt(source, 'secret', 'name')}"`),
    ...items(objectAt(source, 'downwardAPI'), 'DownwardAPI'),
    ...file(objectAt(source, 'serviceAccountToken'), 'path', 'ServiceAccountToken'),
    ...file(bundle, 'path', `ClusterTrustBundle "${textAt(bundle, 'name') || textAt(bundle, 'signerName')}"`),
    ...file(certificate, 'certificateChainPath', 'PodCertificate chain'),
    ...file(certificate, 'keyPath', 'PodCertificate key'),
    ...file(certificate, 'credentialBundlePath', 'PodCertificate credential bundle'),
  ];
}

/** What an answer can tell is bounded, so that the files beyond these need not be compared with each other. */
const mostCompared = 200;

function overlaps(files: readonly File[]): string[] {
  const cut = files
    .slice(0, mostCompared)
    .map(file => ({ ...file, path: file.path.replace(/(?<!\/)\/+$/, '') }));
  return cut.flatMap((file, i) =>
    file.path === ''
      ? []
      : cut
          .slice(0, i)
          .filter(before => before.path !== '' && collide(file, before))
          .map(before => `${shown(file)} with ${shown(before)}`),
  );
}

function collide(a: File, b: File): boolean {
  return `${a.path}/`.startsWith(`${b.path}/`) || `${b.path}/`.startsWith(`${a.path}/`);
}

function shown({ path, source }: File): string {
  return source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`;
}
