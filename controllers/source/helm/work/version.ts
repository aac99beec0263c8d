import { parseVersion } from '@millrace/semver';

/**
 * The version with other build metadata, written out as Masterminds/semver does: without `v`, with all three numbers.
 * Throws an error for what is no version. Rule: SetMetadata.
 */
export function withBuild(version: string, build: string): string {
  const parsed = parseVersion(version);
  if (!parsed)
    throw new Error(`failed to parse version from chart metadata as SemVer: ${JSON.stringify(version)}`);
  if (!/^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/.test(build))
    throw new Error('failed to set SemVer metadata on chart version: Invalid Metadata string');
  return `${parsed.version}+${build}`;
}
