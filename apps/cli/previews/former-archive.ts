import type { Artifact } from '@millrace/api';

/**
 * Where the archive of a former revision lies, for as long as the source controller keeps it (--artifact-retention-records):
 * archives of repositories and buckets are named after what their revision ends with. Undefined where the newest one is not.
 */
export function formerArchive(newest: Artifact, revision: string): string | undefined {
  const [now, then] = [fileOf(newest.revision), fileOf(revision)];
  if (now === undefined || then === undefined || !newest.url.endsWith(`/${now}`)) return undefined;
  return newest.url.slice(0, -now.length) + then;
}

/** `main@sha1:1287a9cc…`, `latest@sha256:…`, `sha256:…`. */
function fileOf(revision: string): string | undefined {
  const hash = /(?:^|@)sha(?:1|256):([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(revision)?.[1];
  return hash && `${hash}.tar.gz`;
}
