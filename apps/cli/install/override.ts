import { confirm } from '../output/confirm.ts';
import type { Installation } from '../verbs/installation.ts';

/** What another tool has installed, such as Helm, is overwritten only when the user says so. Throws CliError. */
export async function confirmOverride(
  { version, managedBy }: Installation,
  otherwise: string,
): Promise<void> {
  if (managedBy === '' || managedBy === 'flux') return;
  console.error(`Flux ${version} has been installed on this cluster with ${managedBy}!`);
  await confirm(`Are you sure you want to override the ${managedBy} installation? Y/N`, otherwise);
}
