/** The text behind a `--set` flag, read from left to right. */
export class SetText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What is not read yet. */
  rest(): string {
    return this.#text.slice(this.#at);
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** The next character, '' at the end. */
  peek(): string {
    return this.#text.charAt(this.#at);
  }

  /**
   * Reads up to one of the stops and over it; `stop` is '' where the text ended first. With escapes, a backslash
   * makes the next character one like any other, and is lost at the end.
   */
  until(stops: string, escapes: boolean): { text: string; stop: string } {
    let text = '';
    for (let from = this.#at; ; this.#at++) {
      const character = this.peek();
      const isEscape = escapes && character === '\\';
      if (character !== '' && !isEscape && !stops.includes(character)) continue;
      text += this.#text.slice(from, this.#at);
      this.#at = Math.min(this.#at + 1, this.#text.length);
      if (!isEscape) return { text, stop: character };
      if (this.peek() === '') return { text, stop: '' };
      // The character after the backslash is looked at no more.
      from = this.#at;
    }
  }
}
