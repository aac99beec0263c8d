import type { Past } from './history.ts';
import type { Row } from './row.ts';

/** What the page of one object shows. */
export interface Look {
  row: Row;
  conditions: { type: string; status: string; reason: string; message: string; since: string }[];
  /** The newest first. */
  events: { type: string; reason: string; message: string; at: string; count: number }[];
  applied: Applied[];
  history: Past[];
  /** The object as YAML, without what is secret. */
  yaml: string;
}

/** An object that this one has applied, and how it is. */
export interface Applied {
  kind: string;
  namespace: string;
  name: string;
  health: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';
  message: string;
  /** Its key, where the page has a view of it. */
  key?: string;
}
