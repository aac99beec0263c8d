import type { Bucket } from '@millrace/api';
import { type IdentityRules, principalOf } from '@millrace/cloud';
import { type References, Stalled } from '@millrace/controller';
import { lookUp, proxyIn, tlsIn, unusable } from '@millrace/controller/secrets';
import type { ConnectionOptions } from '@millrace/http';
import type { KubeObject } from '@millrace/kube';
import { azureSecret, googleSecret, ldapSecret, s3Secret } from './credentials.ts';
import type { Identity } from './identity.ts';

/** How a bucket is reached and asked, by the spec and the Secrets that it names. */
export interface Access {
  connection: ConnectionOptions;
  identity: Identity | undefined;
}

/**
 * Throws Parked while Secrets are being looked for, Failed, without their values, where they are of no use, and Stalled
 * for a spec that cannot work.
 */
export async function accessOf(
  bucket: Bucket,
  references: References,
  rules: IdentityRules,
): Promise<Access> {
  const { spec } = bucket;
  const { provider = 'generic', sts, serviceAccountName } = spec;
  if (serviceAccountName && provider !== 'generic' && !rules.objectLevelIdentity)
    throw new Stalled(
      'FeatureGateDisabled',
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    );
  const read = (purpose: string, ref: { name: string } | undefined, step?: string) =>
    secretOf(bucket, references, purpose, ref, step);
  const secret = await read('credentials', spec.secretRef);
  const stsSecret = await read('sts', sts?.secretRef, 'failed to get STS secret');
  const proxySecret = await read('proxy', spec.proxySecretRef, 'failed to get proxy URL: secret');
  const tlsSecret = await read('certificates', spec.certSecretRef, 'failed to get TLS config: secret');
  const stsTlsSecret = await read('sts tls', sts?.certSecretRef, 'failed to get STS TLS config: secret');
  const proxy = proxySecret && proxyIn(proxySecret, 'failed to get proxy URL');
  const tls = tlsSecret && tlsIn(tlsSecret, 'failed to get TLS config');
  const stsTls = stsTlsSecret && tlsIn(stsTlsSecret, 'failed to get STS TLS config');
  const { namespace = '' } = bucket.metadata;
  const who = principalOf(namespace, serviceAccountName, rules);
  // An authority of somebody's own, beside a proxy of theirs, would be shown the tokens that the clouds give out.
  if (provider === 'gcp')
    return {
      connection: { proxy },
      identity: { kind: 'google', who: secret ? googleSecret(secret) : who },
    };
  if (provider === 'azure')
    return {
      connection: { proxy },
      identity: secret ? azureSecret(secret, spec.endpoint) : { kind: 'azure', who },
    };
  const keys = secret && s3Secret(secret);
  requireSts(bucket);
  const ldap = ldapSecret(stsSecret);
  const connection = { proxy, ...(spec.insecure ? {} : { tls }) };
  if (secret) return { connection, identity: keys && { kind: 'keys', keys } };
  if (provider === 'aws') return { connection, identity: { kind: 'aws', who } };
  if (!sts) return { connection, identity: undefined };
  const login = { endpoint: sts.endpoint, ...ldap };
  return { connection, identity: { kind: 'ldap', login, connection: { proxy, tls: stsTls } } };
}

async function secretOf(
  bucket: Bucket,
  references: References,
  purpose: string,
  ref: { name: string } | undefined,
  step = 'failed to get secret',
): Promise<KubeObject | undefined> {
  const names = ref ? [ref.name] : [];
  const [secret] = await lookUp(bucket, references, purpose, 'Secret', names);
  if (!ref || secret) return secret;
  throw unusable(`secrets "${ref.name}" not found`, `${step} '${bucket.metadata.namespace}/${ref.name}'`);
}

/** The API server holds the spec to the same rules; not every one does. */
function requireSts({ spec }: Bucket): void {
  const { provider = 'generic', sts } = spec;
  if (!sts) return;
  const wanted = provider === 'aws' ? 'aws' : 'ldap';
  const problem =
    sts.provider !== wanted
      ? `STS provider '${sts.provider}' is not supported for '${provider}' bucket provider`
      : wanted === 'aws' && (sts.secretRef || sts.certSecretRef)
        ? `spec.sts.${sts.secretRef ? 'secretRef' : 'certSecretRef'} is not required for the 'aws' STS provider`
        : undefined;
  if (problem !== undefined) throw new Stalled('InvalidSTSConfiguration', problem);
  if (!URL.canParse(sts.endpoint))
    throw new Stalled('URLInvalid', `failed to parse STS endpoint: spec.sts.endpoint is no URL`);
}
