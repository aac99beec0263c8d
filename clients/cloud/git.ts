import type { Expiring } from './token-cache.ts';

/** What a Git server takes. */
export type GitCredentials = Expiring & ({ username: string; password: string } | { bearerToken: string });

/** Azure DevOps: https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
export const devOpsScope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
