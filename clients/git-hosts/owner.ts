import { HostError } from './errors.ts';

/** A personal repository is made for who asks: Flux refuses to make it for another. Throws HostError. */
export function requireOwner(owner: string, login: string): void {
  if (owner.toLowerCase() === login.toLowerCase()) return;
  const problem = `the specified owner '${owner}' doesn't match the identity associated with the given token`;
  throw new HostError(`${problem}, which is '${login}'`, []);
}
