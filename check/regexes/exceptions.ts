/** An expression that takes more than linear time, or is not known before the program runs, and does no harm. */
export interface Exception {
  file: string;
  /** The expression as it is written. */
  text: string;
  /** Why it does no harm: what bounds the text that it meets. */
  reason: string;
}

export const exceptions: readonly Exception[] = [];
