/** A request as it came in. Header values are bytes, each as one character (latin1). */
export interface Webhook {
  /** The first value of a header; empty where there is none. */
  header(name: string): string;
  body: Buffer;
}

/** @param raw names and values in turn, as node:http has them */
export function webhookOf(raw: readonly string[], body: Buffer): Webhook {
  return {
    body,
    // The first of several, as Go's Header.Get: what is checked and what is acted on is the same one.
    header(name) {
      const wanted = name.toLowerCase();
      for (let i = 0; i < raw.length; i += 2) if (raw[i]!.toLowerCase() === wanted) return raw[i + 1]!;
      return '';
    },
  };
}

/** A header as text of UTF-8. */
export function textOf(header: string): string {
  return Buffer.from(header, 'latin1').toString('utf8');
}

/** The request is not accepted. The message is for the log: who sent it is told nothing. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
