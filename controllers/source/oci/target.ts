import type { OCIRepository } from '@millrace/api';
import { Failed, Stalled } from '@millrace/controller';
import { type Digest, isDigest, type Registry, RegistryError } from '@millrace/oci';
import { latest } from '@millrace/semver';
import { RE2JS } from 're2js';

/** What spec.ref asks for. */
export interface Target {
  digest: Digest;
  /** `tag@sha256:…`, or the digest alone. */
  revision: string;
}

/** Tags of Helm charts write `_` for the `+` of a version. */
const chart = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** The first of digest, semver and tag decides; `latest` where nothing is said, as Flux's API reference has it. */
export async function targetOf(repo: OCIRepository, from: Registry, signal: AbortSignal): Promise<Target> {
  const { ref = {} } = repo.spec;
  if (ref.digest) {
    if (isDigest(ref.digest)) return { digest: ref.digest, revision: ref.digest };
    throw new Stalled('OCIArtifactPullFailed', 'spec.ref.digest has to be sha256: or sha512: and hex digits');
  }
  const tag = ref.semver ? await highest(repo, ref.semver, from, signal) : ref.tag || 'latest';
  const digest = await from.resolve(tag, signal).catch(cause => {
    throw failed('OCIArtifactPullFailed', 'failed to determine artifact digest', cause, signal);
  });
  return { digest, revision: `${tag}@${digest}` };
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
    const found = latest(isChart ? tags.map(tag => tag.replaceAll('_', '+')) : tags, range);
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

const longestFilter = 1000;

function filterOf(pattern: string | undefined): (tag: string) => boolean {
  if (!pattern) return () => true;
  if (pattern.length > longestFilter)
    throw new Error(`spec.ref.semverFilter has more than ${longestFilter} characters`);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    throw new Error('spec.ref.semverFilter is no regular expression', { cause });
  }
  return tag => compiled.matcher(tag).find();
}

/** A step that failed, under its reason. What ends everything stays as it is. */
export function failed(reason: string, what: string, cause: unknown, signal: AbortSignal): Failed {
  signal.throwIfAborted();
  if (cause instanceof Failed) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const retryAfter = cause instanceof RegistryError ? cause.retryAfter : undefined;
  return new Failed(reason, `${what}: ${said}`, { cause, retryAfter });
}
