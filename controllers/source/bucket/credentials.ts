import type { S3Keys } from '@millrace/bucket';
import { type AzureLogin, CloudError, type GoogleKey, parseGoogleKey } from '@millrace/cloud';
import { textIn, unusable } from '@millrace/controller/secrets';
import type { KubeObject } from '@millrace/kube';
import type { Identity } from './identity.ts';

/** What Secrets for buckets hold, by provider; all throw Failed, which names the Secret and the field and no value. */

const nameOf = ({ metadata }: KubeObject) => metadata.name;

/** Undefined where a key is empty, which stands for nobody. */
export function s3Secret(secret: KubeObject): S3Keys | undefined {
  const [accessKeyId, secretAccessKey] = [textIn(secret, 'accesskey'), textIn(secret, 'secretkey')];
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw invalid(secret, `required fields 'accesskey' and 'secretkey'`);
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

/** Without a Secret the login is nobody's. */
export function ldapSecret(secret: KubeObject | undefined): { username: string; password: string } {
  const [username, password] = ['username', 'password'].map(name => secret && textIn(secret, name));
  if (secret && (!username || !password)) {
    const problem = 'required fields username, password';
    throw unusable(problem, `invalid '${nameOf(secret)}' secret data for 'ldap' STS provider`);
  }
  return { username: username ?? '', password: password ?? '' };
}

export function googleSecret(secret: KubeObject): GoogleKey {
  const text = textIn(secret, 'serviceaccount');
  if (text === undefined) throw invalid(secret, `required fields 'serviceaccount'`);
  try {
    return parseGoogleKey(text, `'serviceaccount'`);
  } catch (cause) {
    throw cause instanceof CloudError ? invalid(secret, cause.message) : cause;
  }
}

/** An application, a managed identity, a key of the account, or a shared access signature; in Flux's order. */
export function azureSecret(secret: KubeObject, endpoint: string): Identity {
  const text = (name: string) => textIn(secret, name);
  const who = azureLogin(text);
  if (who) return { kind: 'azure', who };
  const key = text('accountKey');
  if (key !== undefined)
    return { kind: 'azure blob', credential: { kind: 'key', account: accountOf(secret, endpoint), key } };
  const query = text('sasKey');
  if (query !== undefined)
    return { kind: 'azure blob', credential: { kind: 'signature', query: query.trim().replace(/^\?/, '') } };
  // One that names an authority only is nobody's, and never the controller's.
  throw invalid(
    secret,
    `requires a 'clientId' or 'accountKey' field, a combination of 'tenantId', 'clientId' and 'clientSecret', or 'tenantId', 'clientId' and 'clientCertificate'`,
  );
}

function azureLogin(text: (name: string) => string | undefined): AzureLogin | undefined {
  const [tenantId, clientId] = [text('tenantId'), text('clientId')];
  const [clientSecret, clientCertificate] = [text('clientSecret'), text('clientCertificate')];
  const authorityHost = text('authorityHost');
  const where = authorityHost ? { authorityHost } : {};
  if (!clientId) return undefined;
  if (tenantId && clientSecret) return { tenantId, clientId, clientSecret, ...where };
  if (tenantId && clientCertificate)
    return {
      tenantId,
      clientId,
      clientCertificate,
      clientCertificatePassword: text('clientCertificatePassword') || undefined,
      clientCertificateSendChain: ['1', 'true'].includes(
        text('clientCertificateSendChain')?.toLowerCase() ?? '',
      ),
      ...where,
    };
  return { clientId };
}

/** `https://<account>.blob.core.windows.net`. */
function accountOf(secret: KubeObject, endpoint: string): string {
  const step = `failed to create shared credential from '${nameOf(secret)}' Secret data`;
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  const labels = host.split('.');
  if (labels.length > 2) return labels[0]!;
  throw unusable(`failed to extract account name from endpoint: expected '${host}' to be a subdomain`, step);
}

function invalid(secret: KubeObject, problem: string) {
  return unusable(problem, `invalid '${nameOf(secret)}' secret data`);
}
