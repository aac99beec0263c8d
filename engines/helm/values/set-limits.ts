/** The highest index of a list that `--set` makes, and how many keys deep it goes. Helm's numbers. */
export const maxIndex = 65536;
export const maxNesting = 30;

/** Our own, so that a short text cannot fill the memory: lists in lists, and items that only fill a list up. */
export const maxLists = 100;
export const maxFilled = 1_000_000;
