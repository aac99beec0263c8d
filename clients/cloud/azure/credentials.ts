import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import {
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { CloudError, failure } from '../errors.ts';
import { type Http, HttpError } from '../http.ts';
import type { AccessToken } from '../token.ts';
import type { AzureLogin } from './login.ts';

/**
 * By what the environment of the controller gives: variables, workload identity, the machine's managed identity. No
 * program of a developer's machine (az, azd, PowerShell) is run.
 */
export function ambientToken(scope: string, http: Http, signal: AbortSignal): Promise<AccessToken> {
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE } = process.env;
  const isFederated = clientId && AZURE_TENANT_ID && AZURE_FEDERATED_TOKEN_FILE;
  const chain = (options: Options) =>
    new ChainedTokenCredential(
      new EnvironmentCredential(options),
      ...(isFederated ? [new WorkloadIdentityCredential(options)] : []),
      new ManagedIdentityCredential({ ...options, ...(clientId ? { clientId } : {}) }),
    );
  return take(chain, scope, http, signal);
}

/** A token that somebody else has issued for one of ours. */
export function exchangedToken(
  assertion: string,
  { tenantId, clientId }: { tenantId: string; clientId: string },
  scope: string,
  http: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  const application = (options: Options) =>
    new ClientAssertionCredential(tenantId, clientId, async () => assertion, options);
  return take(application, scope, http, signal);
}

export function loginToken(
  login: AzureLogin,
  scope: string,
  http: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  return take(options => credentialOf(login, options), scope, http, signal);
}

function credentialOf(login: AzureLogin, given: Options): TokenCredential {
  const { authorityHost } = login;
  const options = { ...given, ...(authorityHost ? { authorityHost } : {}) };
  if (!('tenantId' in login)) return new ManagedIdentityCredential({ ...options, clientId: login.clientId });
  const { tenantId, clientId } = login;
  if ('clientSecret' in login)
    return new ClientSecretCredential(tenantId, clientId, login.clientSecret, options);
  const { clientCertificate: certificate, clientCertificatePassword: certificatePassword } = login;
  return new ClientCertificateCredential(
    tenantId,
    clientId,
    { certificate, ...(certificatePassword ? { certificatePassword } : {}) },
    { ...options, sendCertificateChain: login.clientCertificateSendChain ?? false },
  );
}

type Options = ReturnType<typeof optionsFor>;

/** Azure's SDK repeats a request that failed; what it waits in all is limited where tokens are cached. */
function optionsFor(http: Http) {
  return { httpClient: httpClient(http), retryOptions: { maxRetries: 1 } };
}

async function take(
  credential: (options: Options) => TokenCredential,
  scope: string,
  http: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  // The SDK says of a server that does not answer that there was a "network_error", and no more.
  let unreachable = '';
  const options = optionsFor(request =>
    http(request).catch(cause => {
      if (cause instanceof HttpError) unreachable = cause.message;
      throw cause;
    }),
  );
  try {
    const token = await credential(options).getToken(scope, { abortSignal: signal });
    if (token) return { token: token.token, expires: new Date(token.expiresOnTimestamp) };
  } catch (cause) {
    throw unreachable ? failure(unreachable, cause) : cause;
  }
  throw new CloudError('the answer holds no token');
}

/** Requests of the Azure SDK go by way of ours: its time, its size, its proxies. */
function httpClient(http: Http): HttpClient {
  return {
    async sendRequest(request) {
      const answer = await http({
        method: request.method,
        url: request.url,
        headers: request.headers.toJSON(),
        ...bodyOf(request),
        ...(request.abortSignal instanceof AbortSignal ? { signal: request.abortSignal } : {}),
      });
      return {
        request,
        status: answer.status,
        headers: createHttpHeaders(answer.headers),
        bodyAsText: answer.body.toString('utf8'),
      };
    },
  };
}

function bodyOf({ body }: PipelineRequest): { body?: string } {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'string') throw new TypeError('a request for a token is a form');
  return { body };
}
