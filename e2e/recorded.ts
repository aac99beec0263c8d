import { digestOf, imageType, indexType } from '../apps/registry/testing/client.ts';
import type { Interception } from './registry.ts';

/** A repository as it was recorded: what its clients asked for, which is not all that is in it. */
export interface Recorded {
  /** Digests by tag. */
  tags: Record<string, string>;
  contents: (string | Uint8Array)[];
}

/** Answer for a repository that cannot be pushed, for parts of it are missing. It has no list of referrers. */
export function replaying(repository: string, { tags, contents }: Recorded): Interception {
  const byDigest = new Map(contents.map(bytes => [digestOf(bytes), Buffer.from(bytes)]));
  const place = `/v2/${repository}/`;
  return ({ url = '', method }, response) => {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    if (!path.startsWith(place)) return false;
    const [kind, reference = ''] = path.slice(place.length).split('/');
    const digest = tags[reference] ?? reference;
    const bytes = kind === 'referrers' ? undefined : byDigest.get(digest);
    if (!bytes) {
      response.writeHead(404).end();
      return true;
    }
    const manifestType = bytes.includes('"manifests"') ? indexType : imageType;
    response.writeHead(200, {
      'content-type': kind === 'manifests' ? manifestType : 'application/octet-stream',
      'content-length': bytes.length,
      'docker-content-digest': digest,
    });
    response.end(method === 'HEAD' ? undefined : bytes);
    return true;
  };
}
