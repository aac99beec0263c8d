import { parseXML } from '@aws-sdk/xml-builder';
import type { ConnectionOptions } from '@millrace/http';
import { isObject, type Json } from '@millrace/json';
import { StoreError, storeError } from './errors.ts';
import type { S3Keys } from './place.ts';
import { transport, whole } from './transport.ts';

/** Somebody of a directory, and the service that gives keys for it. */
export interface LdapLogin {
  /** A URL of http or https. */
  endpoint: string;
  username: string;
  password: string;
}

/** An answer with keys is a kilobyte or two. */
const largest = 64 * 1024;

/**
 * AssumeRoleWithLDAPIdentity, as MinIO has it beside AWS's security token service:
 * https://min.io/docs/minio/linux/developers/security-token-service/AssumeRoleWithLDAPIdentity.html
 */
export async function ldapKeys(
  { endpoint, username, password }: LdapLogin,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<S3Keys> {
  if (!URL.canParse(endpoint)) throw new StoreError('invalid', 'spec.sts.endpoint is no URL');
  const url = new URL(endpoint);
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithLDAPIdentity',
    Version: '2011-06-15',
    LDAPUsername: username,
    LDAPPassword: password,
  });
  const line = transport(options);
  try {
    const { status, headers, body } = await line.send({
      method: 'POST',
      origin: url.origin,
      path: url.pathname + url.search,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
    });
    const answer = read((await whole(body, largest)).toString('utf8'));
    if (status === 200) return keysIn(answer);
    const { Code, Message } = at(answer, 'ErrorResponse', 'Error') ?? {};
    const message = typeof Message === 'string' ? Message : `${url.origin} answers with status ${status}`;
    const code = typeof Code === 'string' ? Code : undefined;
    throw storeError({ status, code, message, retryAfter: headers['retry-after'] }, [password]);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof StoreError) throw cause;
    throw new StoreError('unreachable', `${url.origin} does not answer to the end`);
  } finally {
    await line.close();
  }
}

function read(text: string): Json {
  try {
    return parseXML(text);
  } catch {
    return null;
  }
}

function keysIn(answer: Json): S3Keys {
  const found = at(
    answer,
    'AssumeRoleWithLDAPIdentityResponse',
    'AssumeRoleWithLDAPIdentityResult',
    'Credentials',
  );
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  } = found ?? {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string')
    throw new StoreError('invalid', 'the answer of the security token service holds no keys');
  return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) };
}

function at(value: Json, ...path: string[]) {
  let found: Json | undefined = value;
  for (const name of path) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return isObject(found) ? found : undefined;
}
