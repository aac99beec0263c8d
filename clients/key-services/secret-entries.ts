import type { AwsKeys, AzureLogin, GoogleKey } from '@millrace/cloud';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { KeyFailed } from '@millrace/sops';
import { parseAll, YamlError } from '@millrace/yaml';

/** What a Secret for decryption holds of keys that others keep. */
export interface CloudKeys {
  aws?: AwsKeys;
  azure?: AzureLogin;
  google?: GoogleKey;
  vaultToken?: string;
}

/**
 * The entries `sops.aws-kms`, `sops.azure-kv`, `sops.gcp-kms` and `sops.vault-token` of the Secret that
 * `spec.decryption.secretRef` names. Throws KeyFailed, which names the entry and the field, and nothing that it holds.
 */
export function cloudKeysIn(data: Readonly<Record<string, Uint8Array>>): CloudKeys {
  const read = <T>(entry: string, parse: (fields: Fields) => T) => {
    const bytes = Object.hasOwn(data, entry) ? data[entry] : undefined;
    return bytes && parse(new Fields(entry, bytes));
  };
  const token = Object.hasOwn(data, 'sops.vault-token') ? data['sops.vault-token'] : undefined;
  return defined({
    aws: read('sops.aws-kms', awsKeys),
    azure: read('sops.azure-kv', azureLogin),
    google: read('sops.gcp-kms', googleKey),
    vaultToken: token && vaultToken(token),
  });
}

/** An empty one is refused: it would be the controller's that is used in its place. */
function vaultToken(bytes: Uint8Array): string {
  const token = Buffer.from(bytes).toString('utf8').trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new KeyFailed('sops.vault-token must be a token, on one line');
  return token;
}

function awsKeys(fields: Fields): AwsKeys {
  const sessionToken = fields.text('aws_session_token');
  return {
    accessKeyId: fields.text('aws_access_key_id'),
    secretAccessKey: fields.text('aws_secret_access_key'),
    ...(sessionToken ? { sessionToken } : {}),
  };
}

/** An application with a secret or a certificate, what `az` prints for one, or a managed identity; in this order. */
function azureLogin(fields: Fields): AzureLogin {
  const [tenantId, clientId] = [fields.text('tenantId'), fields.text('clientId')];
  const [clientSecret, clientCertificate] = [fields.text('clientSecret'), fields.text('clientCertificate')];
  const authorityHost = fields.text('authorityHost');
  const where = authorityHost ? { authorityHost } : {};
  if (tenantId && clientId && clientSecret) return { tenantId, clientId, clientSecret, ...where };
  if (tenantId && clientId && clientCertificate)
    return {
      tenantId,
      clientId,
      clientCertificate,
      clientCertificatePassword: fields.text('clientCertificatePassword') || undefined,
      clientCertificateSendChain: fields.flag('clientCertificateSendChain'),
      ...where,
    };
  const [tenant, appId, password] = [fields.text('tenant'), fields.text('appId'), fields.text('password')];
  if (tenant && appId && password)
    return { tenantId: tenant, clientId: appId, clientSecret: password, ...where };
  if (clientId) return { clientId };
  throw new KeyFailed(
    `${fields.entry} needs clientId; tenantId, clientId and clientSecret; tenantId, clientId and clientCertificate; or tenant, appId and password`,
  );
}

/**
 * Other types are refused, `external_account` among them: they say which file, program or URL of the controller's
 * machine a token is read from, which is not for the author of a Secret to say.
 */
function googleKey(fields: Fields): GoogleKey {
  const type = fields.text('type');
  if (type === 'service_account')
    return {
      type,
      email: fields.required('client_email'),
      privateKey: fields.required('private_key'),
      privateKeyId: fields.text('private_key_id') || undefined,
    };
  if (type === 'authorized_user')
    return {
      type,
      clientId: fields.required('client_id'),
      clientSecret: fields.required('client_secret'),
      refreshToken: fields.required('refresh_token'),
    };
  throw new KeyFailed(
    `${fields.entry}: type is ${JSON.stringify(type.slice(0, 40))}: it must be service_account or authorized_user`,
  );
}

/** An entry, which is an object in YAML or JSON. */
class Fields {
  readonly entry: string;
  readonly #object: JsonObject;

  constructor(entry: string, bytes: Uint8Array) {
    this.entry = entry;
    const value = parse(entry, decoded(bytes));
    if (!isObject(value)) throw new KeyFailed(`${entry} must be an object with fields, in YAML or JSON`);
    this.#object = value;
  }

  /** '' if it is not there. */
  text(name: string): string {
    const value = Object.hasOwn(this.#object, name) ? (this.#object[name] ?? '') : '';
    if (typeof value !== 'string')
      throw new KeyFailed(`${this.entry}: ${name} must be a text; write it in quotes`);
    return value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === '') throw new KeyFailed(`${this.entry} has no ${name}`);
    return value;
  }

  flag(name: string): boolean {
    const value = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw new KeyFailed(`${this.entry}: ${name} must be true or false`);
    return value === true;
  }
}

function parse(entry: string, text: string): Json {
  try {
    return parseAll(text, { duplicates: 'last' })[0] ?? {};
  } catch (error) {
    // What is wrong is not told: the reader quotes the text.
    const where = error instanceof YamlError ? `, line ${error.line}` : '';
    throw new KeyFailed(`${entry} cannot be read as YAML or JSON${where}`);
  }
}

/** Windows writes UTF-16 with a mark before it, and may write one before UTF-8. */
function decoded(bytes: Uint8Array): string {
  const mark = Buffer.from(bytes.subarray(0, 2)).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function defined<T extends object>(object: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
