import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { KubeClient } from '@millrace/kube';
import type { Entrance } from '../entrance.ts';
import type { ClaimRules } from './claims.ts';
import { networks } from './client-address.ts';
import { loginDoor } from './login-door.ts';
import { oidcProvider, type ProviderOptions } from './provider.ts';
import { sealOf } from './seal.ts';
import { keeping } from './session.ts';
import { followCertificate, type TlsFiles } from './tls-files.ts';

/** How a page in a cluster is reached, and who may come in. */
export interface LoginSettings {
  listen: { host?: string; port: number };
  /** Where it is for browsers; without a path. */
  url: URL;
  /** Undefined: what is before it speaks TLS, or it is reached from this machine only. */
  tls?: TlsFiles;
  oidc: ProviderOptions & ClaimRules;
  /** What sessions are sealed by; replicas share it. */
  sessionKey: string;
  /** Milliseconds. */
  sessionLifetime: number;
  /** Networks of proxies whose word on who asks is taken. */
  trustedProxies: readonly string[];
  /** Told of every login, and of why one was refused. */
  onLogin(user: string | undefined, address: string, problem?: string): void;
  /** Told of a certificate that cannot be used; the former one stays. */
  onProblem(error: Error): void;
}

/** Throws TypeError for settings, and what reading the certificate throws. */
export async function loginEntrance(client: KubeClient, settings: LoginSettings): Promise<Entrance> {
  const { url: base, oidc, tls, listen, onLogin } = settings;
  const provider = oidcProvider(oidc);
  const secure = base.protocol === 'https:';
  const proxies = networks(settings.trustedProxies);
  const kept = keeping({
    seal: sealOf(settings.sessionKey),
    audience: `${oidc.issuer} ${oidc.clientId}`,
    secure,
    lifetime: settings.sessionLifetime,
  });
  const certificate = tls && (await followCertificate(tls, settings.onProblem));
  return {
    door: () => loginDoor({ client, base, provider, claims: oidc, keeping: kept, proxies, onLogin }),
    createServer(listener) {
      // Cookies of whoever is in many groups are longer than Node's 16 kB allow beside all else.
      const bounds = { maxHeaderSize: 32 * 1024, requestTimeout: 30_000, headersTimeout: 10_000 };
      if (!certificate) return createServer(bounds, listener);
      const server = createTlsServer({ ...certificate.current(), ...bounds }, listener);
      certificate.follow(context => server.setSecureContext(context));
      return server;
    },
    listen,
    headers: secure ? { 'strict-transport-security': 'max-age=31536000' } : {},
    url: () => base.href,
    async close() {
      certificate?.stop();
      await provider.close();
    },
  };
}
