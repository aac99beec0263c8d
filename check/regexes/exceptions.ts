/** An expression that takes more than linear time, or is not known before the program runs, and does no harm. */
export interface Exception {
  file: string;
  /** The expression as it is written. */
  text: string;
  /** Why it does no harm: what bounds the text that it meets. */
  reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    file: 'engines/semver/constraint.ts',
    text: String.raw`new RegExp(String.raw${'`'}\s*(${'${written}'})\s+-\s+(${'${written}'})\s*${'`'}, 'g')`,
    reason: 'a constraint has 512 characters at most (longestConstraint); the worst of them take 3 ms',
  },
  {
    file: 'bench/cluster-differential.ts',
    text: String.raw`/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [\w ]+ \d\d:\d\d:\d\d(?: \+0000| UTC)?(?: \d{4})?/g`,
    reason: 'a benchmark: lines that kubectl prints of a cluster of its own',
  },
  {
    file: 'bench/cluster-differential.ts',
    text: '/ +$/gm',
    reason: 'a benchmark: lines that kubectl prints of a cluster of its own',
  },
  {
    file: 'bench/cluster-differential.ts',
    text: String.raw`new RegExp(${'`${name}'}:? (v[\\d.]+)${'`'})`,
    reason: 'a benchmark: three names that stand in the same file',
  },
  {
    file: 'bench/conformance.ts',
    text: '/"serverVersion":[^}]*"gitVersion": "([^"]+)"/',
    reason: 'a benchmark: what kubectl version prints',
  },
  {
    file: 'bench/latency.ts',
    text: String.raw`new RegExp(${'`'}^gotk_reconcile_duration_seconds_count\\{.*name="${'${name}'}"${'`'})`,
    reason: 'a benchmark: a name of its own, and metrics of a controller that it started',
  },
];
