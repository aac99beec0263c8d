/**
 * A queue in which groups take turns: whoever asks for a thousand things is served one, then everybody else one. A
 * group that is held gets nothing until it is released as often.
 */
export class FairQueue<T> {
  /** Groups with something waiting, the one whose turn it is first. */
  readonly #waiting = new Map<string, Set<T>>();
  readonly #held = new Map<string, number>();

  add(group: string, item: T): void {
    const items = this.#waiting.get(group) ?? new Set<T>();
    items.add(item);
    this.#waiting.set(group, items);
  }

  /** The next item of the group whose turn it is; undefined where nobody's may be taken. */
  take(): T | undefined {
    for (const [group, items] of this.#waiting) {
      if (this.#held.has(group)) continue;
      const [item] = items;
      this.#waiting.delete(group);
      items.delete(item!);
      if (items.size > 0) this.#waiting.set(group, items);
      return item;
    }
    return undefined;
  }

  /** Whether it was still waiting. */
  remove(group: string, item: T): boolean {
    const items = this.#waiting.get(group);
    if (!items?.delete(item)) return false;
    if (items.size === 0) this.#waiting.delete(group);
    return true;
  }

  hold(group: string): void {
    this.#held.set(group, (this.#held.get(group) ?? 0) + 1);
  }

  release(group: string): void {
    const left = (this.#held.get(group) ?? 0) - 1;
    left > 0 ? this.#held.set(group, left) : this.#held.delete(group);
  }

  /** Empty the queue, and return what waited. */
  clear(): T[] {
    const all = [...this.#waiting.values()].flatMap(items => [...items]);
    this.#waiting.clear();
    return all;
  }
}
