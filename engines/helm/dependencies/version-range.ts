import { BadConstraint, parseConstraint, parseVersion } from '@millrace/semver';

/** Whether a version meets a range of versions; false where either is none. Rule: IsCompatibleRange of Helm. */
export function isInRange(range: string, version: string): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined) return false;
  try {
    return parseConstraint(range)(parsed);
  } catch (error) {
    if (error instanceof BadConstraint) return false;
    throw error;
  }
}
