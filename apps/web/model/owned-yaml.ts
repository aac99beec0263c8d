/** Who has written fields of an object: one entry of its managedFields. */
export interface Manager {
  name: string;
  /** `Apply` or `Update`. */
  operation: string;
  /** `status`, or empty. */
  subresource: string;
  /** When it last changed what it owns; RFC 3339, or empty. */
  at: string;
}

/** Lines, one after the other, that have the same owners. */
export interface OwnedLines {
  lines: string[];
  /** Places in the list of managers; none where nobody owns them by name. */
  owners: number[];
}

/** An object as YAML, without what is secret, with who owns which line. */
export interface OwnedYaml {
  managers: Manager[];
  runs: OwnedLines[];
  /** Lines that are not shown, where there are too many. */
  left: number;
}
