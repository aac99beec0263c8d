import { FlagError } from './flags.ts';

/**
 * A default identity counts only where objects may have identities: without the gate, everybody would be the controller
 * while its flags seem to forbid it (fluxcd/pkg, auth). In a process of several controllers others may have asked for it.
 */
export function requireObjectLevelIdentity(account: string, isOpen: boolean, alone: boolean): void {
  if (account !== '' && !isOpen && alone)
    throw new FlagError('--default-service-account needs --feature-gates=ObjectLevelWorkloadIdentity=true');
}
