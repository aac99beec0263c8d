/** Ways in which the embedded cluster lets a workload fail on demand (apps/cluster, Life), and what they are called. */
export const failures = [
  { name: 'image-pull', label: 'The image cannot be pulled', kinds: 'all' },
  { name: 'never-ready', label: 'The rollout hangs: Pods start and never get ready', kinds: 'serving' },
  { name: 'crash-loop', label: 'The containers crash again and again', kinds: 'all' },
  { name: 'fail', label: 'The Job fails', kinds: 'jobs' },
] as const;

export type FailureName = (typeof failures)[number]['name'];

export interface Target {
  kind: string;
  namespace: string;
  name: string;
}

/** What can be rehearsed now, and what is. */
export interface Rehearsed {
  targets: Target[];
  /** Failures under way. */
  rules: (Target & { failure: string; id: string })[];
  outages: { name: string; label: string; isAway: boolean }[];
}

export const isJob = (kind: string) => kind === 'Job' || kind === 'CronJob';

export const failuresOf = (kind: string) =>
  failures.filter(({ kinds }) => kinds === 'all' || (kinds === 'jobs') === isJob(kind));
