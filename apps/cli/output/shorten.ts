/** Shorten every hash of a text (SHA-1 to SHA-512 in hexadecimal) to eight digits: `main@sha1:0a1b2c3d`. */
export function shortenHashes(text: string): string {
  return text.replace(/\b[a-f0-9]{40,128}\b/g, hash => hash.slice(0, 8));
}
