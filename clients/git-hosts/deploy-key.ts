import type { DeployKey, HostedRepository } from './host.ts';

/** Let the repository have this key under its name, and no other of that name. Returns whether that changed anything. */
export async function ensureDeployKey(repository: HostedRepository, wanted: DeployKey): Promise<boolean> {
  const namesakes = (await repository.deployKeys()).filter(({ name }) => name === wanted.name);
  const [only] = namesakes;
  if (only && namesakes.length === 1 && isSame(only, wanted)) return false;
  for (const { id } of namesakes) await repository.removeDeployKey(id);
  await repository.addDeployKey(wanted);
  return true;
}

/** Hosts drop the comment of a key, or put another. */
const materialOf = (key: string) => key.trim().split(/\s+/).slice(0, 2).join(' ');

/** Whether two lines, as of `authorized_keys`, hold the same key. */
export function isSameKey(one: string, other: string): boolean {
  return materialOf(one) === materialOf(other);
}

function isSame(one: DeployKey, other: DeployKey): boolean {
  return isSameKey(one.key, other.key) && one.readOnly === other.readOnly;
}
