import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { kinds } from '../kinds.ts';
import { apiReference } from './reference.ts';

const file = fileURLToPath(new URL('../../../docs/reference/api.md', import.meta.url));

/** After a change of the kinds: `npx vitest run toolkit/api/descriptions -u` writes the file anew. */
test('docs/reference/api.md tells every field of every kind', async () => {
  await expect(apiReference(kinds)).toMatchFileSnapshot(file);
});
