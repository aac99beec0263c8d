import type { AwsKeys, AzureLogin, GoogleKey, Principal } from '@millrace/cloud';

/** Who asks, as it is told where a file cannot be opened. Never a secret. */
export function describePrincipal(who: Principal | AwsKeys | AzureLogin | GoogleKey): string {
  if (who === 'controller') return 'as the controller';
  if ('namespace' in who) return `as ServiceAccount ${who.namespace}/${who.name}`;
  if ('accessKeyId' in who) return `with the access key ${who.accessKeyId || 'without a name'}`;
  if ('email' in who) return `as ${who.email}`;
  return `as application ${who.clientId}`;
}
