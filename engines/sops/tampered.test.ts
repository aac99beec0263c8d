import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Recorded } from './golden/record.ts';
import { tamper } from './golden/tamper.ts';
import { ageKeys, decrypt, SopsFailed } from './index.ts';

const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as T;
const files = golden<Recorded[]>('files');
const keys = [await ageKeys([golden<Record<string, string>>('keys').age!])];

/** The SHA-256 of the plain text, '' where it is refused. */
async function verdict(file: Recorded, text: string): Promise<string> {
  try {
    const plain = await decrypt(Buffer.from(text), { format: file.format, keys });
    return createHash('sha256').update(plain).digest('hex');
  } catch (error) {
    expect(error).toBeInstanceOf(SopsFailed);
    return '';
  }
}

/** Each line of a file changed, left out, written twice and moved. */
describe('what sops refuses after tampering is refused, and nothing else', () => {
  test.each(golden<{ name: string; verdicts: string[] }[]>('tampered'))(
    '$name',
    async ({ name, verdicts }) => {
      const file = files.find(one => one.name === name)!;
      const changes = tamper(file);
      const own = [];
      for (const { text } of changes) own.push(await verdict(file, text));
      const told = (list: readonly string[]) =>
        Object.fromEntries(changes.map((change, i) => [change.name, list[i]]));
      expect(told(own)).toEqual(told(verdicts));
    },
  );
});
