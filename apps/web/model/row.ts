/** How an object is, in one word. */
export type State = 'failing' | 'waiting' | 'progressing' | 'suspended' | 'ready' | 'unknown';

/** The worst first: so lists are read. */
export const states: readonly State[] = [
  'failing',
  'waiting',
  'progressing',
  'suspended',
  'unknown',
  'ready',
];

/** One object of Flux's kinds, as far as a list shows it. */
export interface Row {
  /** `Kind/namespace/name`. */
  key: string;
  kind: string;
  namespace: string;
  name: string;
  state: State;
  reason: string;
  message: string;
  /** When it became so; RFC 3339, or empty. */
  since: string;
  revision: string;
  suspended: boolean;
  /** The last request by annotation that was answered, as it was written. */
  handled?: string;
  /** Nobody reconciles it: it is as good as it is written. */
  inert?: true;
  /** The key of what it is made from. */
  source?: string;
  /** The key of whoever applies it. */
  owner?: string;
  /** Keys of what has to be ready before. */
  dependsOn?: string[];
  /** How many objects it has applied. */
  objects?: number;
  /** What names the cluster that it is for, where that is another one. */
  cluster?: string;
  /** Of a repository: where its commits have pages, each behind this and its hash. */
  commits?: string;
  /** Drift that was put back lately: when (RFC 3339), and what had changed. */
  drift?: { at: string; what: string };
}

/** Milliseconds for which it is told that something had drifted. */
export const lately = 3_600_000;

export const hasDrifted = ({ drift }: Row, now: number) =>
  drift !== undefined && now - Date.parse(drift.at) < lately;

/** What a list is reduced to. */
export interface Filter {
  /** Words that all have to be somewhere in the row. */
  text: string;
  state?: State | undefined;
  kind?: string | undefined;
  namespace?: string | undefined;
  /** Only what was put back lately. */
  drifted?: boolean | undefined;
}

export function matches(row: Row, { text, state, kind, namespace, drifted }: Filter, now: number): boolean {
  if (drifted && !hasDrifted(row, now)) return false;
  if (state !== undefined && row.state !== state) return false;
  if (kind !== undefined && row.kind !== kind) return false;
  if (namespace !== undefined && row.namespace !== namespace) return false;
  if (text === '') return true;
  const all =
    `${row.kind}/${row.namespace}/${row.name} ${row.revision} ${row.reason} ${row.message}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every(word => all.includes(word));
}

/** What is wrong first, then by name. */
export function inOrder(a: Row, b: Row): number {
  return (
    states.indexOf(a.state) - states.indexOf(b.state) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name) ||
    compare(a.kind, b.kind)
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
