import type { OCIRepository } from '@millrace/api';
import { type Digest, isDigest, type Registry, type RepositoryName } from '@millrace/oci';
import { latest } from '@millrace/semver';
import { RE2JS } from 're2js';
import { failed } from './failed.ts';

/** What spec.ref asks for. */
export interface Target {
  digest: Digest;
  /** `tag@sha256:…`, or the digest alone. */
  revision: string;
  /** As clients of registries write it: `ghcr.io/org/app:v1`. */
  reference: string;
}

/** Tags of Helm charts write `_` for the `+` of a version. */
const chart = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** The first of digest, semver and tag decides; `latest` where nothing is said, as Flux's API reference has it. */
export async function targetOf(
  repo: OCIRepository,
  { host, path }: RepositoryName,
  from: Registry,
  signal: AbortSignal,
): Promise<Target> {
  const { ref = {} } = repo.spec;
  const step = 'failed to determine artifact digest';
  if (ref.digest) {
    if (isDigest(ref.digest))
      return { digest: ref.digest, revision: ref.digest, reference: `${host}/${path}@${ref.digest}` };
    const problem = new Error('spec.ref.digest has to be sha256: or sha512: and hex digits');
    throw failed('OCIArtifactPullFailed', step, problem, signal);
  }
  const tag = ref.semver ? await highest(repo, ref.semver, from, signal) : ref.tag || 'latest';
  const reads = repo.status?.artifact === undefined;
  const digest = await from.resolve(tag, signal, { reads }).catch(cause => {
    throw failed('OCIArtifactPullFailed', step, cause, signal);
  });
  return { digest, revision: `${tag}@${digest}`, reference: `${host}/${path}:${tag}` };
}

async function highest(
  { spec }: OCIRepository,
  range: string,
  from: Registry,
  signal: AbortSignal,
): Promise<string> {
  const isChart = spec.layerSelector?.mediaType === chart;
  try {
    const passes = filterOf(spec.ref?.semverFilter);
    const tags = (await from.tags(signal)).filter(passes);
    const found = latestOf(isChart ? tags.map(tag => tag.replaceAll('_', '+')) : tags, range);
    if (found === undefined) throw new Error(`no match found for semver: ${range}`);
    return isChart ? found.replaceAll('+', '_') : found;
  } catch (cause) {
    throw failed(
      'ReadOperationFailed',
      `failed to determine the artifact tag for '${spec.url}'`,
      cause,
      signal,
    );
  }
}

function latestOf(tags: string[], range: string): string | undefined {
  try {
    return latest(tags, range);
  } catch (cause) {
    throw new Error(`semver '${range}' parse error: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

const longestFilter = 1000;

function filterOf(pattern: string | undefined): (tag: string) => boolean {
  if (!pattern) return () => true;
  if (pattern.length > longestFilter)
    throw new Error(`spec.ref.semverFilter has more than ${longestFilter} characters`);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`spec.ref.semverFilter: ${said}`, { cause });
  }
  return tag => compiled.matcher(tag).find();
}
