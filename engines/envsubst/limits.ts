import { SubstitutionError } from './error.ts';

/** How much one text may ask for. Real expressions stay far below. */
export const limits = {
  /** Expressions inside expressions. */
  depth: 32,
  /** Characters that all expressions of a text together read and give, those inside others included. */
  characters: 64 * 1024 * 1024,
  /** Characters of a pattern: of what is trimmed, or sought and replaced. */
  pattern: 1024,
  /** Steps of matching patterns with wildcards, over a whole text. */
  steps: 20_000_000,
};

/** What is left of the limits while a text is read. */
export class Budget {
  #characters = limits.characters;
  #steps = limits.steps;

  characters(count: number): void {
    this.#characters -= count;
    if (this.#characters < 0)
      throw new SubstitutionError(`the values are longer than ${limits.characters} characters together`);
  }

  step(): void {
    if (--this.#steps < 0)
      throw new SubstitutionError(`the patterns take more than ${limits.steps} steps to match`);
  }

  pattern(pattern: string): void {
    if (pattern.length > limits.pattern)
      throw new SubstitutionError(`a pattern is longer than ${limits.pattern} characters`);
  }
}
