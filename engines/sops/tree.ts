/**
 * A text as SOPS sees it, whatever its format: what is named, in its order, with Go's types, since the MAC is of all
 * of that. A whole number is a bigint and a float a number; text that is not UTF-8 is bytes.
 */
export type Value = Scalar | null | Branch | List;

export type Scalar = string | Uint8Array | bigint | number | boolean | Timestamp;

/** A map: entries and comments as they stand in the text. */
export class Branch {
  entries: (Entry | Comment)[];

  constructor(entries: (Entry | Comment)[] = []) {
    this.entries = entries;
  }

  /** The entries without the comments. */
  get pairs(): Entry[] {
    return this.entries.filter((entry): entry is Entry => !(entry instanceof Comment));
  }
}

export class List {
  items: (Value | Comment)[];

  constructor(items: (Value | Comment)[] = []) {
    this.items = items;
  }

  /** The items without the comments. */
  get values(): Value[] {
    return this.items.filter((item): item is Value => !(item instanceof Comment));
  }
}

export interface Entry {
  key: string;
  value: Value;
}

/** One line of a comment, without the character that begins it. */
export class Comment {
  readonly text: string;
  /** Behind a value, on its line. */
  readonly inline: boolean;

  constructor(text: string, inline = false) {
    this.text = text;
    this.inline = inline;
  }
}

/** A point in time as YAML has it, in RFC 3339. */
export class Timestamp {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
