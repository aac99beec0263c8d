import { createHash, createHmac } from 'node:crypto';
import { formatDuration, parseDuration } from '@millrace/api/duration';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { fluxVersion } from '../version.ts';

export interface TriggerOptions {
  url?: string;
  type: string;
  token?: string;
  payload: string;
  oidcProvider?: string;
  oidcToken?: string;
  oidcAudience?: string;
  retries: string;
  retryDelay: string;
}

const types = ['generic', 'generic-hmac', 'generic-oidc'];
const oidcProviders = ['github', 'forgejo'];
const usualAudience = 'notification-controller';
const tokenVariable = 'FLUX_TRIGGER_RECEIVER_OIDC_TOKEN';

/** Passing: a path may not be known yet right after the controller has started. */
const worthAnother = new Set([404, 408, 429, 500, 502, 503, 504]);

/** `trigger receiver NAME`: what a webhook does, sent from here. */
export async function triggerReceiver(
  name: string,
  options: TriggerOptions,
  globals: Globals,
): Promise<void> {
  if (!options.url) throw new CliError('--url is required');
  requireFitting(options);
  const { namespace } = globals;
  const salt = options.type === 'generic-oidc' ? '' : options.token!;
  const hash = createHash('sha256')
    .update(salt + name + namespace)
    .digest('hex');
  const url = `${options.url.replace(/(?<!\/)\/+$/, '')}/hook/${hash}`;
  const signal = AbortSignal.timeout(globals.timeout);
  const headers = {
    'content-type': 'application/json',
    'user-agent': `flux/${fluxVersion}`,
    ...(await authentication(options, signal)),
  };
  const retries = Number(options.retries);
  const delay = parseDuration(options.retryDelay);
  tell.action(`triggering Receiver ${namespace}/${name}`);
  for (let attempt = 0; ; attempt++) {
    const problem = await send(url, headers, options.payload, signal);
    if (!problem) return tell.success(`Receiver ${namespace}/${name} triggered`);
    if (!problem.passes || attempt >= retries) throw new CliError(problem.text);
    tell.waiting(`${problem.text}; retrying in ${formatDuration(delay)} (${attempt + 1}/${retries})`);
    await new Promise(resolve => setTimeout(resolve, delay));
    signal.throwIfAborted();
  }
}

async function send(url: string, headers: Record<string, string>, body: string, signal: AbortSignal) {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    const said = (await answer.text()).trim();
    if (answer.ok) return undefined;
    const status = `${answer.status} ${answer.statusText}`.trim();
    const text = `request to ${url} failed with status ${status}${said && `: ${said}`}`;
    return { text, passes: worthAnother.has(answer.status) };
  } catch (error) {
    signal.throwIfAborted();
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    return { text: `request to ${url} failed: ${why}`, passes: true };
  }
}

async function authentication(
  { type, token = '', payload, ...oidc }: TriggerOptions,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (type === 'generic') return {};
  if (type === 'generic-oidc') return { authorization: `Bearer ${await identityToken(oidc, signal)}` };
  return { 'x-signature': `sha256=${createHmac('sha256', token).update(payload).digest('hex')}` };
}

/** Who we are, as the job that runs us is told by its host. */
async function identityToken(
  {
    oidcProvider,
    oidcToken,
    oidcAudience,
  }: Pick<TriggerOptions, 'oidcProvider' | 'oidcToken' | 'oidcAudience'>,
  signal: AbortSignal,
): Promise<string> {
  if (oidcProvider) return actionsToken(oidcAudience || usualAudience, signal);
  const token = oidcToken || process.env[tokenVariable];
  if (token) return token;
  throw new CliError(
    `no OIDC token provided: set --oidc-provider, --oidc-token or the ${tokenVariable} environment variable`,
  );
}

/** https://docs.github.com/actions: jobs with `id-token: write` may ask this address; Forgejo has the same. */
async function actionsToken(audience: string, signal: AbortSignal): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
  if (!address || !token)
    throw new CliError(
      'ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set: the job needs the permission id-token: write',
    );
  const url = new URL(address);
  url.searchParams.set('audience', audience);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  const body = answer.ok ? ((await answer.json()) as { value?: unknown }) : {};
  if (typeof body.value === 'string' && body.value !== '') return body.value;
  throw new CliError(`no OIDC token was given: ${url.host} answered ${answer.status}`);
}

function requireFitting(options: TriggerOptions): void {
  const { type, token, oidcProvider, oidcToken, oidcAudience } = options;
  if (!types.includes(type))
    throw new CliError(`invalid --type ${JSON.stringify(type)}, must be one of: ${types.join(', ')}`);
  if (!/^\d+$/.test(options.retries))
    throw new CliError(
      `invalid argument "${options.retries}" for "--retries" flag: strconv.ParseInt: parsing "${options.retries}": invalid syntax`,
    );
  if (type !== 'generic-oidc') {
    if (!token) throw new CliError(`--token is required for --type=${type}`);
    if (oidcProvider || oidcToken || oidcAudience)
      throw new CliError(
        '--oidc-provider, --oidc-token and --oidc-audience can only be set for --type=generic-oidc',
      );
    return;
  }
  if (token)
    throw new CliError(
      '--token must not be set for --type=generic-oidc, the Receiver of this type has no secret',
    );
  if (oidcProvider && oidcToken)
    throw new CliError('--oidc-provider and --oidc-token are mutually exclusive');
  if (oidcProvider && !oidcProviders.includes(oidcProvider))
    throw new CliError(
      `invalid --oidc-provider ${JSON.stringify(oidcProvider)}, must be one of: ${oidcProviders.join(', ')}`,
    );
  if (oidcAudience && !oidcProvider)
    throw new CliError('--oidc-audience can only be set together with --oidc-provider');
}
