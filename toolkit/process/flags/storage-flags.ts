import { choice, duration, number, text } from './flags.ts';

/** Those of controllers that keep artifacts and serve them. */
export const storageFlags = {
  storagePath: text(
    'storage-path',
    '.millrace/controllers',
    'where artifacts, repositories and the tags of images are kept; /data in a cluster',
    { inPod: '/data', variable: 'STORAGE_PATH' },
  ),
  storageAddr: text('storage-addr', '127.0.0.1:0', 'where artifacts are served; :9090 in a cluster', {
    inPod: ':9090',
    variable: 'STORAGE_ADDRESS',
  }),
  storageAdvAddr: text('storage-adv-addr', '', 'the address of artifacts as others reach it', {
    variable: 'STORAGE_ADV_ADDR',
  }),
  artifactRetentionTtl: duration(
    'artifact-retention-ttl',
    '1m0s',
    'how long an artifact is kept that is not the newest',
  ),
  artifactRetentionRecords: number(
    'artifact-retention-records',
    2,
    'how many artifacts of an object are kept at most',
    { least: 1 },
  ),
  artifactDigestAlgo: choice(
    'artifact-digest-algo',
    ['sha256', 'sha384', 'sha512', 'blake3'],
    'sha256',
    'by what artifacts are digested',
  ),
};
