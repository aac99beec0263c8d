import { readFileSync } from 'node:fs';

/** Keys and files made by the real sops. */
export const encrypted = JSON.parse(
  readFileSync(new URL('../../encrypted/golden/files.json', import.meta.url), 'utf8'),
) as { agekey: string; asc: string; files: Record<string, string> };
