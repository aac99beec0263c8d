import { KnownActions } from './known-actions.ts';
import type { Tree } from './node.ts';
import type { CompiledTemplate } from './state.ts';

/** A template of a set, compiled when it is first executed. */
export interface Definition {
  tree: Tree;
  compiled: CompiledTemplate | undefined;
}

/** What one text defines: itself under its name, and its defines and blocks. */
export type Definitions = readonly (readonly [string, Definition])[];

/** Texts of 64 Mi UTF-16 units, with their trees some ten times that in memory at worst. */
const defaultSize = 64 * 1024 * 1024;

/**
 * Texts that were parsed before, with what was compiled of them. Sets that share one must have the same functions
 * and delimiters. The texts used longest ago go when there are too many.
 */
export class ParseCache {
  readonly #texts = new Map<string, Map<string, Definitions>>();
  readonly #size: number;
  #used = 0;
  /** Those of all texts. They hold on to the texts that they stand in, and go when one of these goes. */
  readonly actions = new KnownActions();

  /** `size` is how many UTF-16 units of text may be kept. */
  constructor(size = defaultSize) {
    this.#size = size;
  }

  /** The definitions of a text under a name, parsed at most once while they are kept. */
  definitions(name: string, text: string, parse: () => Definitions): Definitions {
    const known = this.#texts.get(text);
    const found = known?.get(name);
    if (found) {
      this.#texts.delete(text);
      this.#texts.set(text, known!);
      return found;
    }
    const parsed = parse();
    if (known) known.set(name, parsed);
    else this.#keep(text, new Map([[name, parsed]]));
    return parsed;
  }

  #keep(text: string, byName: Map<string, Definitions>): void {
    this.#texts.set(text, byName);
    this.#used += text.length;
    for (const [oldest] of this.#texts) {
      if (this.#used <= this.#size) return;
      this.#texts.delete(oldest);
      this.actions.clear();
      this.#used -= oldest.length;
    }
  }
}
