import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createProgram } from '../program.ts';
import { commandReference } from './command-reference.ts';

const file = fileURLToPath(new URL('../../../docs/reference/commands.md', import.meta.url));

/** After a change of the commands: `npx vitest run apps/cli/reference -u` writes the file anew. */
test('docs/reference/commands.md tells every command and flag', async () => {
  vi.stubEnv('FLUX_SYSTEM_NAMESPACE', '');
  await expect(commandReference(createProgram())).toMatchFileSnapshot(file);
});
