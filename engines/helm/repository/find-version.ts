import { compareVersions, parseConstraint, parseFullVersion, type VersionParts } from '@millrace/semver';
import { ChartError } from '../chart/chart-error.ts';

/** What decides about a version. */
export interface Candidate {
  version: string;
  /** RFC 3339. */
  created?: string;
}

/**
 * The version of a chart that is asked for: the one that is written so, or the highest that is in the range. Of those
 * that differ in their build only, the one that was made last. `*`, or nothing, takes no pre-releases.
 * @param versions undefined where there is no such chart
 * @throws ChartError that says what there is not; BadConstraint. Rule: GetChartVersion of source-controller.
 */
export function findChartVersion<V extends Candidate>(
  versions: V[] | undefined,
  name: string,
  wanted: string,
): V {
  if (versions === undefined) throw new ChartError('no chart name found');
  if (versions.length === 0) throw new ChartError('no chart version found');
  const exact = wanted === '' ? undefined : versions.find(({ version }) => version === wanted);
  if (exact) return exact;
  const meets = parseConstraint(wanted === '' ? '*' : wanted);
  let best: { candidate: V; parts: VersionParts } | undefined;
  for (const candidate of versions) {
    const parts = parseFullVersion(candidate.version);
    if (!parts || !meets(parts)) continue;
    if (!best || isAfter({ candidate, parts }, best)) best = { candidate, parts };
  }
  if (best) return best.candidate;
  throw new ChartError(`no '${name}' chart with version matching '${wanted}' found`);
}

interface Parsed {
  candidate: Candidate;
  parts: VersionParts;
}

function isAfter(one: Parsed, other: Parsed): boolean {
  const order = compareVersions(one.parts, other.parts);
  return order === 0 ? timeOf(one) >= timeOf(other) : order > 0;
}

function timeOf({ candidate: { created } }: Parsed): number {
  const time = created === undefined ? Number.NaN : Date.parse(created);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
