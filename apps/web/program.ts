import { readFile } from 'node:fs/promises';
import type { Logger } from '@millrace/controller';
import { addressOf, FlagError, type Program } from '@millrace/process';
import type { ValuesOf } from '@millrace/process/flags';
import { type WebFlags, webFlags } from './flags/index.ts';
import type { SendsOn } from './server/alert-matches.ts';
import type { Previews } from './server/preview-of.ts';

type StoppedPreviews = Previews & { stop(): Promise<void> };

/** What controllers know and the page does not: how objects are made, and who hears of what happens to them. */
export interface WebKnowledge {
  previews: StoppedPreviews;
  sendsOn: SendsOn;
}

/**
 * The page as a part of the controllers' process, or as a process of its own: for whoever an OpenID provider knows.
 *
 * @param knowledge called when the page is served
 */
export function webProgram(knowledge?: () => Promise<WebKnowledge>): Program<WebFlags, never> {
  return {
    name: 'web',
    flags: webFlags,
    gates: {},
    // Whoever waits for the lease can show what there is as well as whoever has it.
    everywhere: true,
    async start({ environment, settings, flags, alone }) {
      const listen = addressOf(flags.webAddr, 'web-addr');
      if (!listen && alone) throw new FlagError('--web-addr: the page has to be served somewhere');
      if (!listen) return { async stop() {} };
      const { client, watches, log } = environment;
      const { startWeb } = await import('./server/web.ts');
      const { loginEntrance } = await import('./server/login/login-entrance.ts');
      const login = { listen, ...(await loginSettings(flags, log)) };
      const entrance = await loginEntrance(client, login).catch(cause => {
        throw new FlagError(cause.message, { cause });
      });
      const { namespace } = settings;
      const { journalFollowing } = await import('./server/journal-file.ts');
      // What the controllers of this process write; they have opened it by now.
      const audit = flags.auditLog === '' ? undefined : await journalFollowing(flags.auditLog);
      const known = await knowledge?.();
      const web = await startWeb({
        client,
        ...known,
        ...(audit && { audit }),
        entrance,
        readOnly: flags.webReadOnly,
        watchKind: (selection, project) => watches.use({ ...selection, namespace }, { name: 'web', project }),
      });
      log.info({ url: web.url, port: web.port }, 'the page is served');
      return {
        async stop() {
          await web.stop();
          audit?.stop();
          await known?.previews.stop();
        },
      };
    },
  };
}

/** Throws FlagError that says what is missing, or cannot be. */
async function loginSettings(flags: ValuesOf<WebFlags>, log: Logger) {
  const {
    oidcIssuerUrl: issuer,
    oidcClientId: clientId,
    webTlsCertFile: certFile,
    webTlsKeyFile: keyFile,
  } = flags;
  if (issuer === '' || clientId === '')
    throw new FlagError('--web-addr: say by --oidc-issuer-url and --oidc-client-id at whom people log in');
  // To be safe from whoever listens in between, both take https; on this machine nobody is in between.
  addressIn(issuer, 'oidc-issuer-url');
  const url = addressIn(flags.webUrl, 'web-url');
  if (url.pathname !== '/' || url.search !== '')
    throw new FlagError(
      `invalid argument "${flags.webUrl}" for "--web-url" flag: an address without a path is expected`,
    );
  if ((certFile === '') !== (keyFile === ''))
    throw new FlagError('--web-tls-cert-file and --web-tls-key-file belong together');
  return {
    url,
    ...(certFile === '' ? {} : { tls: { certFile, keyFile } }),
    oidc: {
      issuer,
      clientId,
      clientSecret: (await textOf(flags.oidcClientSecretFile, 'oidc-client-secret-file')) || undefined,
      ca: (await textOf(flags.oidcCaFile, 'oidc-ca-file')) || undefined,
      usernameClaim: flags.oidcUsernameClaim,
      usernamePrefix: flags.oidcUsernamePrefix === '' ? undefined : flags.oidcUsernamePrefix,
      groupsClaim: flags.oidcGroupsClaim,
      groupsPrefix: flags.oidcGroupsPrefix,
    },
    sessionKey: await sessionKey(flags.webSessionKeyFile, log),
    sessionLifetime: flags.webSessionLifetime,
    trustedProxies: flags.webTrustedProxy,
    onLogin(user: string | undefined, address: string, problem?: string) {
      if (problem === undefined) log.info({ user, address }, 'somebody has logged in to the page');
      else log.info({ address, problem }, 'a login to the page was refused');
    },
    onProblem(error: Error) {
      log.error({ error }, 'the certificate of the page cannot be read anew; the former one stays');
    },
  };
}

function addressIn(text: string, flag: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url && url.username === '' && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    return url;
  throw new FlagError(`invalid argument "${text}" for "--${flag}" flag: an address with https is expected`);
}

async function textOf(file: string, flag: string): Promise<string> {
  if (file === '') return '';
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new FlagError(`--${flag}: ${(cause as Error).message}`, { cause });
  }
}

const leastKey = 32;

async function sessionKey(file: string, log: Logger): Promise<string> {
  const key = await textOf(file, 'web-session-key-file');
  if (file !== '' && key.length < leastKey)
    throw new FlagError(`--web-session-key-file: ${file} has to hold at least ${leastKey} characters`);
  if (key !== '') return key;
  log.info('sessions of the page end with this process: --web-session-key-file makes them last');
  return (await import('node:crypto')).randomBytes(leastKey).toString('hex');
}
