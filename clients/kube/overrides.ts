import { resolve } from 'node:path';
import type { Json, JsonObject } from '@millrace/json';
import type { Named } from './kubeconfig.ts';

/** What a command line says instead of the kubeconfig; each wins over what stands there, as for kubectl. */
export interface Overrides {
  /** Entries of the kubeconfig, by name. */
  cluster?: string | undefined;
  user?: string | undefined;
  server?: string | undefined;
  tlsServerName?: string | undefined;
  /** A file; so are the certificate and the key. */
  certificateAuthority?: string | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  token?: string | undefined;
  as?: string | undefined;
  asUid?: string | undefined;
  asGroup?: readonly string[] | undefined;
  asUserExtra?: ReadonlyMap<string, readonly string[]> | undefined;
}

const trustFields = ['certificate-authority', 'certificate-authority-data', 'insecure-skip-tls-verify'];
const identityFields = ['as', 'as-uid', 'as-groups', 'as-user-extra'];
const keyFields = ['client-key', 'client-key-data'];

/**
 * The cluster with what overrides it. Another server has another name in its certificate, and whom to trust is one
 * choice: what the entry says of either goes with what replaces it (client-go, tools/clientcmd).
 */
export function overrideCluster(named: Named, overrides: Overrides): Named {
  const { server, tlsServerName, certificateAuthority, insecureSkipTlsVerify } = overrides;
  const trusting = certificateAuthority !== undefined || insecureSkipTlsVerify;
  const kept = without(named.entry, [
    ...(server !== undefined ? ['tls-server-name'] : []),
    ...(trusting ? trustFields : []),
  ]);
  return {
    folder: named.folder,
    entry: {
      ...kept,
      ...given({
        server,
        'tls-server-name': tlsServerName,
        'certificate-authority': file(certificateAuthority),
      }),
      ...(insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    },
  };
}

/**
 * The user with what overrides it. A token or a certificate replaces every other proof: an API server that is shown
 * two takes the one it likes, which might be the mightier. Whoever is named to act for is so with nothing of whom the
 * entry names.
 */
export function overrideUser(named: Named, overrides: Overrides): Named {
  const { token, clientCertificate, clientKey, as, asUid, asGroup, asUserExtra } = overrides;
  const proven = token !== undefined || clientCertificate !== undefined;
  const ownKey = clientCertificate !== undefined && clientKey === undefined;
  const kept = proven
    ? only(named.entry, [...identityFields, ...(ownKey ? keyFields : [])])
    : without(named.entry, clientKey === undefined ? [] : keyFields);
  return {
    folder: named.folder,
    entry: {
      ...(as === undefined ? kept : without(kept, identityFields)),
      ...given({
        token,
        'client-certificate': file(clientCertificate),
        'client-key': file(clientKey),
        as,
        'as-uid': asUid,
        'as-groups': asGroup && [...asGroup],
        'as-user-extra': asUserExtra && extraOf(asUserExtra),
      }),
    },
  };
}

function extraOf(extra: ReadonlyMap<string, readonly string[]>): JsonObject {
  return Object.fromEntries([...extra].map(([key, values]) => [key, [...values]]));
}

function only(entry: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => fields.includes(field)));
}

function without(entry: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => !fields.includes(field)));
}

function given(values: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Names on the command line start where it is typed. */
function file(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}
