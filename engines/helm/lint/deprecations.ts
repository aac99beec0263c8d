import type { KubeVersion } from '../render/capabilities.ts';
import table from './deprecations.json' with { type: 'json' };
import type { LintObject } from './object.ts';

/** Minor versions of Kubernetes 1 from which a kind is deprecated and gone, and what takes its place. */
type Row = [since: number, gone?: number | null, replacement?: string];

/** Kinds of client-go 0.37 by apiVersion and kind. */
const rows = new Map(Object.entries(table as unknown as { [kind: string]: Row }));

/** The warning that a Kubernetes of this version would give; undefined for none. */
export function deprecationProblem(
  { apiVersion, kind }: LintObject,
  { major, minor }: KubeVersion,
): string | undefined {
  const key = `${apiVersion} ${kind}`;
  const row = rows.get(key);
  if (row === undefined) return undefined;
  const [since, gone, replacement] = row;
  if (Number(major) < 1 || (Number(major) === 1 && Number.parseInt(minor, 10) < since)) return undefined;
  const unavailable = gone == null ? '' : `, unavailable in v1.${gone}+`;
  return `${key} is deprecated in v1.${since}+${unavailable}${replacement ? `; use ${replacement}` : ''}`;
}
