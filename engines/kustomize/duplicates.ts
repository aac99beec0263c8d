/** Keys that are given twice: kustomize takes one of the values in silence; here it is said, or refused. */

/** Of one file so many are named; a file of nothing else is no reason for a long list. */
const mostNamed = 20;

/** Collects what there is to say of the keys of one file that are given twice. */
export class DuplicateKeys {
  readonly #counts: 'first' | 'last';
  readonly #texts: string[] = [];
  #more = 0;

  /** `counts`: which of the values does. */
  constructor(counts: 'first' | 'last') {
    this.#counts = counts;
  }

  readonly note = (key: string, line: number, firstLine: number): void => {
    if (this.#texts.length === mostNamed) this.#more++;
    else {
      const places = line === firstLine ? `on line ${line}` : `on lines ${firstLine} and ${line}`;
      this.#texts.push(
        `the key ${JSON.stringify(key)} is given twice, ${places}: the ${this.#counts} one counts`,
      );
    }
  };

  get warnings(): string[] {
    return this.#more === 0 ? this.#texts : [...this.#texts, `${this.#more} more keys are given twice`];
  }
}
