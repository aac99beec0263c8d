/** Who has written a commit, and what about. */
export interface Commit {
  subject: string;
  author: string;
  /** When it was committed; RFC 3339. */
  at: string;
}

/** What an object has been made from, and what became of it. Times are RFC 3339, and empty where nobody tells. */
export interface HistoryEntry {
  /** A revision, or a release and its chart. */
  what: string;
  /** The revision that it was first applied from, where that is another and still told: this one is the newest of the same content. */
  first?: string;
  commit?: Partial<Commit>;
  /** Of a release: the revision of what applies the HelmRelease, at that time. */
  inGit?: string;
  fetchedAt: string;
  /** When it was first applied, and when it was last found as it is. */
  appliedAt: string;
  lastAt: string;
  healthyAt: string;
  status: string;
  more: string;
  isCurrent: boolean;
}

export interface History {
  /** The newest first. */
  entries: HistoryEntry[];
  /** Who has set spec.suspend, by the name of the manager of the field, and when. */
  suspended?: { by: string; at: string };
}

/** How to go back to an earlier state, in Git. */
export interface WayBack {
  /** Lines for a shell, in their order. */
  commands: string[];
  /** The commits that are taken back, the newest first; empty where nobody here knows them. */
  commits: { id: string; subject: string }[];
  notes: string[];
}
