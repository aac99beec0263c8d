import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { confirm } from '../output/confirm.ts';
import { tell } from '../output/print.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { refTo } from './select.ts';
import { withCluster } from './session.ts';

/** `delete KIND NAME`: asks before, unless told not to. */
export async function deleteObject(
  kind: ResourceKind,
  name: string | undefined,
  { silent }: { silent: boolean },
  globals: Globals,
): Promise<void> {
  if (name === undefined) throw new CliError(`${kind.title} name is required`);
  const { namespace } = globals;
  await withCluster(globals, async ({ client, signal }) => {
    const ref = refTo(kind, { name, namespace });
    await client.get(ref, { as: 'own', signal });
    if (!silent) await confirm(`Are you sure you want to delete this ${kind.title}`);
    tell.action(`deleting ${kind.title} ${name} in ${namespace} namespace`);
    await client.delete(ref, { as: 'own', signal });
    tell.success(`${kind.title} deleted`);
  });
}
