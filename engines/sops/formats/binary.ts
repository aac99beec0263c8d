import { Problem } from '../sops-error.ts';
import { type Branch, Comment } from '../tree.ts';

/** The bytes that were encrypted: the one value of the object that they are wrapped in. */
export function writeBinary(documents: readonly Branch[]): Uint8Array {
  const [document] = documents;
  const failed = (why: string) => new Problem('output', `error emitting binary store: ${why}`);
  if (document === undefined || documents.length !== 1) throw failed('there must be exactly one document');
  for (const entry of document.entries) {
    if (entry instanceof Comment || entry.key !== 'data') continue;
    if (typeof entry.value === 'string') return Buffer.from(entry.value);
    if (entry.value instanceof Uint8Array) return entry.value;
    throw failed('the value of "data" is no text');
  }
  throw failed('no binary data found: the text has no key "data"');
}
