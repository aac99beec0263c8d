import type { Alert, Provider } from '@millrace/api';
import { type Principal, principalOf } from '@millrace/cloud';
import { binaryEntries, proxyIn, textIn, tlsIn } from '@millrace/controller/secrets';
import { isObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import {
  commitStatusTypes,
  type Destination,
  type Identity,
  rehearsedCredentials,
} from '@millrace/notifications';
import { parseAll } from '@millrace/yaml';
import { type KeptSecrets, missing } from './kept-secrets.ts';

/** Who Providers are at clouds. */
export interface Identities {
  of(who: Principal): Identity;
  /** The feature gate ObjectLevelWorkloadIdentity. */
  objectLevel: boolean;
  /** --default-service-account. */
  defaultServiceAccount: string | undefined;
}

/** What a Provider is read with. */
export interface Ground {
  secrets: KeptSecrets;
  identities: Identities;
  /** Nothing leaves the machine: what is missing in Secrets is made up. */
  rehearses: boolean;
}

/** In bytes. */
const longestAddress = 2048;

/**
 * A Provider with what its Secrets say: what is there goes before what the spec says. Throws what has to be done by
 * whoever wrote it, without a word of what the Secrets hold.
 */
export async function destinationOf(
  provider: Provider,
  alert: Alert,
  commitStatus: string,
  { secrets, identities, rehearses }: Ground,
): Promise<Destination> {
  const { metadata, spec } = provider;
  const { namespace = '', name, uid = '' } = metadata;
  const read = (ref: { name: string } | undefined) => (ref ? secrets.read(namespace, ref.name) : undefined);
  const secret = await read(spec.secretRef);
  const proxySecret = await read(spec.proxySecretRef);
  const certificates = await read(spec.certSecretRef);
  const text = (key: string) => (secret ? textIn(secret, key) : undefined);
  const credentials = credentialsIn(provider, secret);
  return {
    type: spec.type,
    channel: spec.channel ?? '',
    commitStatus,
    ...(rehearses && secret && missing.has(secret) ? standIn(spec.type, credentials) : credentials),
    headers: headersIn(text('headers')),
    secret: Object.fromEntries(secret ? binaryEntries(secret) : []),
    ...(rehearses ? {} : reachOf(provider, secret, certificates, proxySecret)),
    provider: { uid, name, namespace, serviceAccountName: spec.serviceAccountName },
    alert: {
      uid: alert.metadata.uid ?? '',
      name: alert.metadata.name,
      namespace: alert.metadata.namespace ?? '',
    },
    identity: identityFor(provider, identities),
  };
}

/** Username and password count together only, as everywhere in Flux (fluxcd/pkg, runtime/secrets). */
function credentialsIn({ spec }: Provider, secret: KubeObject | undefined) {
  const text = (key: string) => (secret ? textIn(secret, key) : undefined);
  const address = text('address')?.trim();
  if (address !== undefined && Buffer.byteLength(address) > longestAddress)
    throw new Error(`invalid address in secret: address exceeds maximum length of ${longestAddress} bytes`);
  const [username, password] = [text('username'), text('password')];
  return {
    address: address ?? spec.address ?? '',
    username: (username && password !== undefined ? username : undefined) ?? spec.username ?? '',
    password: (username ? password : undefined) ?? '',
    token: text('token') ?? '',
  };
}

/** What the spec says, and for the rest something that will do. */
function standIn(type: string, given: ReturnType<typeof credentialsIn>): ReturnType<typeof credentialsIn> {
  const madeUp = rehearsedCredentials(type);
  return { ...given, ...madeUp, address: given.address || madeUp.address };
}

/** Statuses of commits are set by the authority in the Secret where there is no other. */
function reachOf(
  { spec }: Provider,
  secret: KubeObject | undefined,
  certificates: KubeObject | undefined,
  proxy: KubeObject | undefined,
): Pick<Destination, 'tls' | 'proxy'> {
  const ofSecret = commitStatusTypes.includes(spec.type) && secret && textIn(secret, 'ca.crt') !== undefined;
  const trusted = certificates ?? (ofSecret ? secret : undefined);
  const former = (secret ? textIn(secret, 'proxy')?.trim() : undefined) || spec.proxy;
  return {
    tls: trusted && tlsIn(trusted, 'failed to get TLS config'),
    proxy: proxy ? proxyIn(proxy, 'failed to get proxy URL') : proxyAt(former),
  };
}

function headersIn(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  let read: unknown;
  try {
    [read = {}] = parseAll(text);
  } catch {
    throw new Error('failed to read headers from secret: it is no YAML');
  }
  if (!isObject(read as never)) throw new Error('failed to read headers from secret: a mapping is expected');
  const entries = Object.entries(read as Record<string, unknown>);
  if (entries.some(([, value]) => typeof value !== 'string'))
    throw new Error('failed to read headers from secret: every value has to be a text');
  return Object.fromEntries(entries) as Record<string, string>;
}

function proxyAt(url: string | undefined): Destination['proxy'] {
  if (!url) return undefined;
  if (!URL.canParse(url) || !/^(https?|socks5):$/.test(new URL(url).protocol))
    throw new Error('the proxy has to be a URL of http, https or socks5');
  return { url };
}

function identityFor({ metadata, spec }: Provider, { of, objectLevel, defaultServiceAccount }: Identities) {
  const { namespace = '' } = metadata;
  if (spec.serviceAccountName && !objectLevel)
    throw new Error(
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    );
  return of(
    principalOf(namespace, spec.serviceAccountName, {
      objectLevelIdentity: objectLevel,
      defaultServiceAccount,
    }),
  );
}
