/** Source of the numbers: kube-apiserver, which keeps the Warning headers of an answer below what clients take. */
const mostInAll = 4096;
const mostWhenMany = 256;
/** So many fit in any case; more need not be remembered. */
const mostRemembered = 500;

/** The warnings of one answer. */
export class Warnings {
  readonly #texts = new Set<string>();

  add(text: string): void {
    if (this.#texts.size < mostRemembered) this.#texts.add(text);
  }

  /** As headers: all, or where they are too long each cut short, and as many as fit. */
  headers(): string[] {
    const whole = [...this.#texts].map(header);
    if (lengthOf(whole) <= mostInAll) return whole;
    const kept: string[] = [];
    let length = 0;
    for (const text of this.#texts) {
      const short = header([...text].slice(0, mostWhenMany).join(''));
      length += short.length;
      if (length > mostInAll) break;
      kept.push(short);
    }
    return kept;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** RFC 7234 warn-text is a quoted string. */
function header(text: string): string {
  const quoted = text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, '\\$&');
  return `299 - "${quoted}"`;
}
