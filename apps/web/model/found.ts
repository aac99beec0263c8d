import type { ObjectName } from './object-name.ts';

/** What a search finds beside the rows of the fleet. */
export interface Found {
  groups: FoundGroup[];
  /** What could not be searched, and why. */
  unseen: string[];
}

export interface FoundGroup {
  name: string;
  hits: Hit[];
  /** There is more than this. */
  more: boolean;
}

export interface Hit {
  title: string;
  detail: string;
  /** When it was; RFC 3339. */
  at?: string;
  /** Where it leads: to an object and a part of its page, or to what the fleet has of a text. */
  to?: ObjectName;
  tab?: string;
  text?: string;
}
