import type { PipeNode } from './node.ts';

/** What one action says by itself, between its delimiters. */
export type Head =
  | { type: 'action' | 'if' | 'with' | 'range'; pipe: PipeNode }
  | { type: 'template'; at: number; name: string; pipe: PipeNode | undefined }
  | { type: 'block'; at: number; name: string; pipe: PipeNode }
  | { type: 'break' | 'continue' | 'end' | 'else' }
  /** `else if` and `else with`, up to that word. */
  | { type: 'else chained' };

/** An action that was parsed, which any other of the same text can share. */
export interface KnownAction {
  head: Head;
  /** The variables of other actions that it needs. */
  uses: readonly string[];
  /** The variables that it makes known to those after it. */
  declares: readonly string[];
}

/** More than charts of any size have; above, all are forgotten. */
const capacity = 20_000;

/**
 * Actions by their text, delimiters included. Templates say few different things many times: of the 17,800 actions of
 * the Prometheus stack's chart 4,300 are different.
 */
export class KnownActions {
  readonly #actions = new Map<string, KnownAction>();

  get(text: string): KnownAction | undefined {
    return this.#actions.get(text);
  }

  add(text: string, action: KnownAction): void {
    if (this.#actions.size >= capacity) this.clear();
    this.#actions.set(text, action);
  }

  clear(): void {
    this.#actions.clear();
  }
}
